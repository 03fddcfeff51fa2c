"""The table of accounts that `demo` and `serve` print."""

from collections.abc import Iterator

from config.demonstration.organisation import ACCOUNTS, PASSWORD
from tracker.enums import Role

HEADER = ("Rôle", "Adresse", "À regarder")


def account_lines() -> Iterator[str]:
    """One line an account, in columns, then the password that opens them all."""
    rows = [HEADER, *((str(Role(account.role).label), account.email, account.look_at) for account in ACCOUNTS)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    yield ""
    for role, email, look_at in rows:
        yield f"  {role:<{widths[0]}}  {email:<{widths[1]}}  {look_at}"
    yield ""
    yield f"  Mot de passe de tous ces comptes : {PASSWORD}"
