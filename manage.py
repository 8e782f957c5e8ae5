#!/usr/bin/env python
"""Django's command-line utility."""

from editor_site.manage import main

if __name__ == "__main__":
    main()
