"""Bringing an old register in: options, identities, rows as acts, the import itself and its report."""
