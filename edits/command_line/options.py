"""The options of the commands, and which of them are usage errors."""

import argparse
import os
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn

from .outcomes import Exit, Refused, shown
from .way import Wanted

EDIT = """\
Edit photos with words, through a Reword site or directly through Wiro.

  reword edit photo.jpg "make it snow" -o snow.jpg
  reword edit *.jpg "make it night" --into night --max-price 2

Run the same command again and it picks up where it left off, and pays for nothing twice: an edit is identified by the photo's
content, the instruction, the model, the region, the seed and --no-fit. A photo whose result file exists is not edited again.
"""
ENVIRONMENT = """\
environment:
  REWORD_SITE, REWORD_TOKEN         the site, and a token of yours ("Your account", "API tokens")
  WIRO_API_KEY, WIRO_API_SECRET     with --wiro; also WIRO_BASE_URL, WIRO_SOCKET_URL and WIRO_OUTPUT_HOSTS, as the package wiro
                                    reads them
"""
CODES = """
exit codes:
  0    every photo has its result
  1    some have none: failed, not sent, or not ready in time
  2    usage error; nothing was sent
  3    for some photos it is not known whether they were charged
  4    nothing was started: no response, a rejected token, a price that was not agreed to, nowhere to write to
  130  interrupted by Ctrl-C or SIGTERM
"""
MODELS = "List the models that a site offers, or those that this program knows for Wiro, with what one photo costs."
REGION = re.compile(r"\d*\.?\d+%?(,\d*\.?\d+%?){3}")
SEED_MAX = 2_147_483_647


class _Parser(ArgumentParser):
    """A parser that reports errors in one line."""

    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.", Exit.USAGE_ERROR)


def edit_parser() -> ArgumentParser:
    parser = _parser("edit", EDIT, ENVIRONMENT + CODES)
    parser.usage = "reword edit PHOTO [PHOTO ...] INSTRUCTION (-o FILE | --into FOLDER) [options]"
    help = "JPEG, PNG or WebP files, then the instruction as one quoted argument"
    parser.add_argument("words", nargs="*", metavar="PHOTO ... INSTRUCTION", help=help)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the result, for a single photo")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="folder for the results, which get the names of their photos")
    parser.add_argument("--model", default="", metavar="SLUG", help="a slug from `reword models`; if omitted, the default model")
    parser.add_argument(
        "--region",
        type=_region,
        metavar="X,Y,W,H",
        help="change only this part: fractions of width and height or percent",
    )
    help = "repeats a result; a different seed orders, and pays for, a new one"
    parser.add_argument("--seed", type=_seed, metavar="N", help=help)
    parser.add_argument(
        "--no-fit", dest="fit", action="store_false", help="refuse photos that a site would have to crop or shrink"
    )
    _add_money(parser)
    _add_way(parser)
    parser.add_argument("--jobs", "--concurrency", type=_jobs, default=4, metavar="N", help="photos at a time, 1 to 32 (4)")
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=3600.0,
        metavar="SECONDS",
        help="time limit for the whole command (3600); edits already submitted continue after that",
    )
    parser.add_argument("--force", action="store_true", help="replace existing files")
    parser.add_argument("--again", action="store_true", help="resubmit what failed, was lost, or may have been charged")
    parser.add_argument(
        "--json", action="store_true", help="one JSON line for each photo on standard output, and nothing else there"
    )
    return parser


def models_parser() -> ArgumentParser:
    parser = _parser("models", MODELS, ENVIRONMENT)
    _add_way(parser)
    parser.add_argument("--json", action="store_true", help="one JSON line for each model")
    return parser


def _parser(command: str, description: str, epilog: str) -> ArgumentParser:
    return _Parser(
        prog=f"reword {command}",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_money(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--yes",
        action="store_true",
        help="agree to the price shown; without a terminal, this or --max-price is required",
    )
    parser.add_argument("--max-price", type=_money, metavar="USD", help="agree to at most this for the whole command")


def _add_way(parser: ArgumentParser) -> None:
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--site", default=os.environ.get("REWORD_SITE", ""), metavar="URL", help="the site, such as https://photos.example.org"
    )
    way.add_argument("--wiro", action="store_true", help="directly through Wiro, with your own key")


def edit_options(arguments: Sequence[str]) -> Namespace:
    """With `photos` and `prompt`, in whatever order options stand between them. Raises Refused."""
    options = edit_parser().parse_intermixed_args(arguments)
    if len(options.words) < 2:
        raise Refused("Name photos, then give the instruction as the last argument. See reword edit --help.", Exit.USAGE_ERROR)
    *photos, prompt = options.words
    options.photos, options.prompt = [Path(photo) for photo in photos], _instruction(prompt)
    missing = next((photo for photo in options.photos if not photo.is_file()), None)
    if missing:
        raise Refused(f"There is no file {shown(missing)}.", Exit.USAGE_ERROR)
    return options


def _instruction(text: str) -> str:
    if os.path.exists(text):
        # Otherwise, if the instruction is forgotten, the last photo's name would be used as one, and paid for.
        raise Refused(f"The last argument is the instruction, and {shown(text)} is a file.", Exit.USAGE_ERROR)
    if not text.strip():
        raise Refused("The instruction is empty.", Exit.USAGE_ERROR)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused("The instruction is not valid text.", Exit.USAGE_ERROR) from None
    return text.strip()


def wanted(options: Namespace) -> Wanted:
    """Raises Refused for errors that only the options together show."""
    if bool(options.output) == bool(options.into):
        reason = "Say where the results go: -o FILE for one photo, or --into FOLDER."
        raise Refused(reason, Exit.USAGE_ERROR)
    if options.wiro and options.region:
        reason = "--region needs a site, which keeps the rest of the photo unchanged. With --wiro, leave it out."
        raise Refused(reason, Exit.USAGE_ERROR)
    return Wanted(options.prompt, options.model, options.region or "", options.seed, options.fit, options.again)


def _region(text: str) -> str:
    """As the API takes it: left, top, width, height as fractions."""
    if not REGION.fullmatch(text):
        raise argparse.ArgumentTypeError("must be four numbers, such as 0.1,0.2,0.5,0.4 or 10%,20%,50%,40%")
    parts = [float(part.rstrip("%")) / (100 if part.endswith("%") else 1) for part in text.split(",")]
    left, top, width, height = parts
    if max(parts) > 1:
        raise argparse.ArgumentTypeError("must be fractions of the photo (0 to 1) or percentages, not pixels")
    if not width or not height or left + width > 1.0001 or top + height > 1.0001:
        raise argparse.ArgumentTypeError("must be a part of the photo: left, top, width, height")
    if parts == [0, 0, 1, 1]:
        return ""  # the whole photo, as without a region
    return ",".join(f"{part:g}" for part in parts)


def _seed(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= SEED_MAX:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {SEED_MAX}")
    return int(text)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 32:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 32")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 1_000_000:
        raise argparse.ArgumentTypeError("must be a number of seconds")
    return seconds


def _money(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise argparse.ArgumentTypeError("must be an amount in USD, such as 1.50")
    return amount
