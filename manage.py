#!/usr/bin/env python
"""Command line of Sillage: `manage.py help` lists the commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  (the settings must be named first)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
