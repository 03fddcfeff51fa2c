"""Bringing in the bureaux and the people of a préfecture from a workbook."""
