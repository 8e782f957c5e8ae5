import pytest

from edits.wiro import STATUS_ORDER, WiroStage, progress_of, stage_of


def test_a_task_that_goes_on_never_goes_back() -> None:
    percents = [progress_of(status).percent for status in STATUS_ORDER]
    assert percents == sorted(percents)
    assert [*dict.fromkeys(map(stage_of, STATUS_ORDER))] == list(WiroStage)


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("", "queued"),
        ("task_queue", "queued"),
        ("task_error", "running"),
        ("task_something_new", "running"),
        ("task_end", "saving"),
        ("task_postprocess_end", "ended"),
        ("task_cancel", "ended"),
    ],
)
def test_every_status_has_a_stage(status: str, stage: str) -> None:
    assert stage_of(status) == stage
    assert 0 <= progress_of(status).percent <= 100


def test_what_the_model_reports_moves_its_run_forward_and_nothing_else() -> None:
    percents = [progress_of("task_output", reported).percent for reported in (None, 0, 12.5, 50, 100)]
    assert percents == sorted(percents)
    assert progress_of("task_output").percent < percents[-1] <= progress_of("task_end").percent
    for status in ("task_queue", "task_end", "task_postprocess_end", "task_cancel"):
        assert progress_of(status, 50) == progress_of(status)
