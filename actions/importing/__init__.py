"""The plan of a spreadsheet, brought into the tool."""
