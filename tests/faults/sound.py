"""Whether journal and deadlines agree in the database of the environment; run as a module, it says what differs."""

import sys

import django

if __name__ == "__main__":
    django.setup()
    from tracker.verification import check_deadlines, verify_journal

    different = [*verify_journal().different, *check_deadlines().different]
    for difference in different:
        sys.stdout.write(f"{difference}\n")
    sys.exit(bool(different))
