import pytest

from edits.wiro.sandbox.model.sizes import SIZES, output_size


@pytest.mark.parametrize(
    ("given", "size"),
    [((3, 2), (1248, 832)), ((4, 3), (1152, 864)), ((9, 16), (736, 1312)), ((1, 1), (1024, 1024)), ((100, 299), (512, 1536))],
)
def test_the_nearest_ratio_is_taken(given: tuple[int, int], size: tuple[int, int]) -> None:
    assert output_size(*given) == size


def test_no_picture_is_stretched_by_more_than_five_percent() -> None:
    for width in range(334, 3000):
        across, down = output_size(width, 1000)
        assert across / down / (width / 1000) == pytest.approx(1, abs=0.05)


def test_every_size_is_about_a_megapixel_and_can_be_turned() -> None:
    assert all(750_000 < width * height < 1_100_000 for width, height in SIZES)
    assert {(height, width) for width, height in SIZES} == set(SIZES)
