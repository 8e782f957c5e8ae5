"""The badge that says who sees an edit and what a reviewer said."""

from datetime import UTC, datetime

import pytest

from edits.models import Edit, ShareLink
from edits.web.badges import sharing_badge


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({}, "Private"),
        ({"visibility": "pending"}, "In review"),
        ({"visibility": "pending", "appealed_at": datetime(2026, 1, 1, tzinfo=UTC)}, "Appealed"),
        ({"visibility": "public", "review": "approved"}, "Public"),
        ({"review": "rejected"}, "Rejected"),
        ({"review": "approved"}, "Private"),
    ],
)
def test_a_badge_says_how_it_is_shared(fields: dict[str, object], label: str) -> None:
    assert sharing_badge(Edit(**fields)).label == label


@pytest.mark.parametrize(
    ("fields", "label"), [({}, "Private link"), ({"review": "rejected"}, "Rejected"), ({"visibility": "public"}, "Public")]
)
def test_a_private_link_counts_unless_everybody_sees_it_or_a_reviewer_said_no(fields: dict[str, object], label: str) -> None:
    assert sharing_badge(Edit(**fields), [ShareLink()]).label == label
