"""Accounts and limits of version 0.1, and what owners, reviewers and operators do with a result."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.utils import timezone
from edits.lifecycle import keeping, starting

from edits import lifecycle
from edits.models import Edit, Profile, ShareLink, Signup

from . import clock, jobs

PASSWORD = "correct horse battery"


def make_accounts() -> dict[str, User]:
    """Owners, and one person of each group."""
    clock.go_to(days=60)
    password = make_password(PASSWORD, salt="afixedsalt", hasher="pbkdf2_sha256")
    found = {}
    for name in ("alice", "bob", "carol", "dora", "erin", "frank", "rena", "rolf", "olga", "rita"):
        is_staff = name in ("rena", "rolf", "olga", "rita")
        values = {"password": password, "is_staff": is_staff, "is_superuser": name == "rita"}
        found[name] = User.objects.create(username=name, email=f"{name}@example.org", **values)
    for name, group in (("rena", "reviewer"), ("rolf", "reviewer"), ("olga", "operator")):
        found[name].groups.add(Group.objects.get(name=group))
    Profile.objects.create(user=found["bob"], edits_per_day=7, edits_at_once=1, spend_per_day="1.5")
    Profile.objects.create(user=found["erin"], is_trusted=True)
    for address in ("192.0.2.7", "2001:db8::7"):
        Signup.objects.create(address=address)
    return found


def suspend(person: User, words: str) -> None:
    jobs.succeeded(person, "The edit of somebody who is suspended")
    Profile.objects.create(user=person, suspended_at=timezone.now(), suspended_reason=words)


def make_results(who: dict[str, User]) -> dict[str, Edit]:
    """Results: versions of one photo, a batch, a favorite, one that operators asked about, some in the trash, one purged."""
    alice, olga = who["alice"], who["olga"]
    clock.go_to(days=40)
    purged = jobs.succeeded(alice, "An edit that nobody wants any more", source=jobs.picture())
    lifecycle.delete(purged, alice)
    clock.go_to(days=8)
    keeping.purge()

    first = jobs.succeeded(alice, "Make it night", source=jobs.picture(), guidance_scale=7.5, watermark=True)
    start = starting.start_from(alice, str(first.pk), "result")
    assert start
    inputs = {"prompt": "Add stars", "guidance_scale": 4.0, "watermark": False}
    second = lifecycle.create_variations(alice, start.photo, nonce="versions", seed=11, inputs=inputs, start=start)[0]
    attempt = jobs.ended(second)
    jobs.fetching._succeed(jobs.claimed(second), attempt, jobs.picture("PNG", (64, 96)))
    jobs._erased(attempt)
    inputs["prompt"] = "Four ways to do it"
    for edit in lifecycle.create_variations(alice, jobs.picture("PNG"), nonce="batch", seed=12, inputs=inputs, variations=3):
        attempt = jobs.ended(edit)
        jobs.fetching._succeed(jobs.claimed(edit), attempt, jobs.picture())
    lifecycle.favorite(first, alice)

    failed = Edit.objects.filter(owner=alice, failure_code="model_failed").get()
    again = lifecycle.retry_for_owner(failed, olga, "the model had a bad day", "n")
    assert again
    Edit.objects.filter(pk=again.pk).update(due_at=timezone.now())
    jobs.running(again)
    asked = jobs.succeeded(alice, "Erase this soon", is_erased=False)
    asked.attempts.update(cleanup_due_at=timezone.now() + timedelta(days=1))
    lifecycle.erase_now(asked, olga, "she asked by letter")

    clock.go_to(days=4)
    trashed = jobs.succeeded(alice, "Only in the trash")
    lifecycle.delete(trashed, alice)
    restored = jobs.succeeded(alice, "Out of the trash again")
    lifecycle.delete(restored, alice)
    lifecycle.restore(restored, alice)
    gone = jobs.succeeded(alice, "Gone for good at once", source=jobs.picture())
    lifecycle.delete(gone, alice)
    lifecycle.delete_for_good(gone, alice)
    return {"version": second, "first": first, "trashed": trashed, "uncompared": _uncompared(alice)}


def _uncompared(owner: User) -> Edit:
    """A result from before pictures were compared."""
    edit = jobs.succeeded(owner, "Never compared")
    Edit.objects.filter(pk=edit.pk).update(change_map="", changed_percent=None)
    return edit


def make_shared(who: dict[str, User]) -> dict[str, Edit]:
    """Every state of review, and the events on the way there."""
    rena, rolf, carol = who["rena"], who["rolf"], who["carol"]
    clock.go_to(days=3)
    edits = {name: jobs.succeeded(carol, f"Pair to review: {name}") for name in ("approved", "rejected", "appealed", "refused")}
    for edit in edits.values():
        lifecycle.share(edit, carol)
    lifecycle.approve(edits["approved"], rena)
    for name in ("rejected", "appealed", "refused"):
        lifecycle.reject(edits[name], rena, "It shows a person who may not want that")
    lifecycle.appeal(edits["appealed"], carol, "That person is me")
    lifecycle.appeal(edits["refused"], carol)
    lifecycle.reject(edits["refused"], rolf, "Still no")
    edits["unshared"] = jobs.succeeded(carol, "Shared for a while")
    lifecycle.share(edits["unshared"], carol)
    lifecycle.unshare(edits["unshared"], carol)
    edits["trusted"] = jobs.succeeded(who["erin"], "Published directly")
    lifecycle.share(edits["trusted"], who["erin"])
    for name in ("taken back", "skipped", "claimed", "waiting"):
        edits[name] = jobs.succeeded(who["bob"], f"Pair to review: {name}")
        lifecycle.share(edits[name], who["bob"])
    return edits


def review_lately(edits: dict[str, Edit], who: dict[str, User]) -> None:
    """What happened on the reviewers' desks in the last minutes."""
    clock.go_to(minutes=6)
    decided = timezone.now()
    lifecycle.reject_all([edits["taken back"].pk], who["rena"], "Pressed the wrong key", decided)
    lifecycle.undo(who["rena"], decided)
    clock.go_to(minutes=1)
    lifecycle.take(edits["skipped"].pk, who["rena"])
    lifecycle.skip(edits["skipped"].pk, who["rena"])
    lifecycle.take(edits["claimed"].pk, who["rolf"])


def make_links(edits: dict[str, Edit], owner: User) -> dict[str, str]:
    """Addresses of a live, an expired and a revoked link, and of one whose edit is in the trash."""
    clock.go_to(days=2)
    links = {"live": lifecycle.make_link(edits["version"], owner, 30), "expired": lifecycle.make_link(edits["first"], owner, 1)}
    links["revoked"] = lifecycle.make_link(edits["first"], owner, 7)
    lifecycle.revoke_links(edits["first"], owner, links["revoked"].pk)
    links["trashed"] = ShareLink.objects.create(edit=edits["trashed"], expires_at=timezone.now() + timedelta(days=30))
    return {name: f"/s/{link.token}/" for name, link in links.items() if link}


def erase(person: User) -> None:
    """A person who has left, with one edit that could not be purged yet."""
    clock.go_to(days=2)
    jobs.succeeded(person, "The words of somebody who left")
    jobs.succeeded(person, "More words of somebody who left", is_erased=False)
    lifecycle.erase_person(person, person)


def queue_of(reviewer: User) -> list[str]:
    """What this reviewer may decide on, in its order: without what lies on another desk."""
    return [str(pk) for pk in lifecycle.waiting_for(reviewer).values_list("pk", flat=True)]


assert settings.REVIEW_REQUIRED
