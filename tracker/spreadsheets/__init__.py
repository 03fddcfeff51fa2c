"""Spreadsheets in and out, without a model or a query.

`reading` opens a file safely, `headers` recognises its columns, `cells` gives cells their type, `tables` accounts for
every row, `registers` and `layouts` know each kind of register; `writing` and `problems` write workbooks and CSV.
"""
