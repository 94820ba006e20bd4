#!/usr/bin/env python3
"""history.py - a long git history for `git fast-import`, always the same for one seed.

history.py COMMITS NOW > stream. Merges, names that change, e-mails in two spellings,
bytes that are no UTF-8, commits that declare another encoding, empty names, names with
what a shell would take, a .mailmap with all its four forms, clocks that go backwards.
"""
import random
import sys

COMMITS, NOW = int(sys.argv[1]), int(sys.argv[2])
DAYS = 800
draw = random.Random(4711)
out = sys.stdout.buffer

GIVEN = ["Ann", "Zoë", "李", "Ольга", "O'Brien", "Jean-Luc", "X Æ A-12", "Ali", "Bob; rm -rf $HOME"]
FAMILY = ["Lee", "Müller", "小龍", "Иванова", "Smith, Jr.", "de la Cruz", "Ng", "\"Q\"", "Øst"]


def person(number):
    """The name and e-mail bytes that a person usually commits with."""
    name = "%s %s %d" % (draw.choice(GIVEN), draw.choice(FAMILY), number)
    email = "p%d@%s.example" % (number, draw.choice(["home", "Work", "uni"]))
    return name.encode(), email.encode()


def spelling(who):
    """The same person on another day: other case, another machine, no name at all."""
    name, email = who
    kind = draw.randrange(40)
    if kind < 8:
        email = email.upper() if kind < 4 else email.title()
    elif kind == 8:
        name = b""
    elif kind == 9:
        name = name.split()[0]
    elif kind == 10:
        email = b"root@localhost"
    elif kind == 11:
        email = email.replace(b"@", b"+git@")
    elif kind == 12:
        email = b""
    elif kind == 13:
        name = b"  " + name + b" \t"
    elif kind == 14:
        name = "Zoë".encode("latin-1") + b" " + name.split()[-1]
    elif kind == 15:
        email = b"no at sign"
    return name, email


def mailmap(people):
    """All four forms of a line, a comment, and one that maps case alone."""
    lines = [b"# who is who", b"Root <root@root.example> <root@localhost>"]
    for number, (name, email) in enumerate(people):
        if number % 7 == 0:
            lines.append(b"Proper Name %d <%s>" % (number, email))
        elif number % 7 == 1:
            lines.append(b"<boss%d@x.example> <%s>" % (number // 7, email))
        elif number % 7 == 2:
            lines.append(b"Joined %d <joined%d@x.example> <%s>" % (number, number // 14, email))
        elif number % 7 == 3:
            lines.append(b"One %d <one%d@x.example> %s <%s>" % (number, number, name, email))
    return b"\n".join(lines) + b"\n"


def data(content):
    out.write(b"data %d\n%s\n" % (len(content), content))


def commit(mark, branch, author, when, parents, encoding, files=None):
    out.write(b"commit refs/heads/%s\nmark :%d\n" % (branch, mark))
    zone = draw.choice([b"+0000", b"-0800", b"+0530", b"+1300"])
    apart = draw.randrange(-86400, 3 * 86400)
    out.write(b"author %s%s<%s> %d %s\n" % (author[0], b" " if author[0] else b"", author[1],
                                            max(0, when - apart), zone))
    out.write(b"committer merger <merger@x.example> %d %s\n" % (when, zone))
    if encoding:
        out.write(b"encoding %s\n" % encoding)
    data(b"change %d" % mark)
    for number, parent in enumerate(parents):
        out.write(b"%s :%d\n" % (b"merge" if number else b"from", parent))
    for path, content in (files or {}).items():
        out.write(b"M 100644 inline %s\n" % path)
        data(content)


def main():
    people = [person(number) for number in range(max(20, COMMITS // 100))]
    tip, side = 0, 0
    for mark in range(1, COMMITS + 1):
        when = NOW - DAYS * 86400 + mark * DAYS * 86400 // (COMMITS + 1)
        when += draw.randrange(-3600, 3600)
        # Some work much, most little.
        who = people[int(len(people) * draw.random() ** 3)]
        author = spelling(who)
        encoding = None
        if draw.randrange(25) == 0:
            encoding = draw.choice([b"ISO-8859-1", b"SHIFT-JIS", b"KOI8-R"])
            try:
                author = (author[0].decode().encode(encoding.decode()), author[1])
            except (UnicodeError, LookupError):
                encoding = None
        kind = draw.randrange(12)
        if mark == COMMITS:
            commit(mark, b"main", author, when, [tip], None, {b".mailmap": mailmap(people)})
            tip = mark
        elif kind == 0 and tip:
            commit(mark, b"side", author, when, [side or tip], encoding)
            side = mark
        elif kind == 1 and side and side != tip:
            commit(mark, b"main", author, when, [tip, side], encoding)
            tip, side = mark, 0
        else:
            commit(mark, b"main", author, when, [tip] if tip else [], encoding)
            tip = mark
    # A branch that HEAD does not reach: nobody of it counts.
    commit(COMMITS + 1, b"elsewhere", (b"Elsewhere", b"elsewhere@x.example"), NOW, [tip], None)


main()
