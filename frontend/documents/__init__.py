"""Documents that leave Sillage as files."""
