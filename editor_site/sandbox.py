"""The Wiro sandbox without Django, which would be half of its memory use: `python -m editor_site.sandbox --port 8090`.

It reads the same settings as `manage.py wiro_sandbox` and has the same options.
"""

import sys
from argparse import ArgumentParser

from edits.wiro.sandbox import program

from . import settings


def main() -> None:
    parser = ArgumentParser(prog="python -m editor_site.sandbox")
    program.add_options(parser)
    try:
        program.run(vars(parser.parse_args()), settings.MODELS_DIR)
    except program.CannotRun as error:
        sys.exit(f"sandbox: {error}")


if __name__ == "__main__":
    main()
