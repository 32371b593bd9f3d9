"""`loushi token USERNAME`: a bearer token for the API, shown once."""

import argparse

from .terminal import say

NAME = "token"
HELP = "为用户签发接口令牌（只显示一次）"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", metavar="用户名")


def run(options: argparse.Namespace) -> int:
    from loushi.registry.accounts import commands

    say(commands.issue_token(username=options.username))
    return 0
