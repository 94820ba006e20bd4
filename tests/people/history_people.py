"""history_people.py - are these the people of that history, told by git alone?

history_people.py ANSWER PEOPLE SHORTLOG: what the import answered, the list of people
after it, and git shortlog -sne of the same time. Joins the lines of shortlog by e-mail in
lower case and names each after most commits (A-13).
"""
import json
import sys

answer, people = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
names, skipped = {}, 0
for line in open(sys.argv[3]):
    count, who = line.rstrip("\n").split("\t", 1)
    name, email = who.rsplit(" <", 1) if " <" in who else ("", who[1:])
    email = email[:-1].strip().lower()
    if not email:
        skipped += 1
        continue
    of = names.setdefault(email, {})
    of[name.strip()] = of.get(name.strip(), 0) + int(count)

wrong = []
listed = {person["email"]: person for person in people["people"]}
for email, counts in names.items():
    named = {name: count for name, count in counts.items() if name}
    best = min(named, key=lambda name: (-named[name], name.encode()), default="")
    person = listed.get(email)
    if person is None or person.get("name", "") != best or "SEI" not in person["modules"]:
        wrong.append((email, best, person))
if set(listed) != set(names) or "next" in people:
    wrong.append(("e-mails", len(listed), len(names)))
if (answer["people"], answer["skipped"], answer["granted"]) != (len(names), skipped, len(names)):
    wrong.append(("counts", answer["people"], answer["skipped"], answer["granted"], skipped))
for one in wrong[:5]:
    print(one, file=sys.stderr)
sys.exit(bool(wrong))
