"""« Coller des lignes »: rows copied from a table, checked cell by cell, registered together."""
