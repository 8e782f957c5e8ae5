"""The composite: outside of the region the photo, inside what the model painted."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFilter
from PIL.JpegImagePlugin import JpegImageFile

from edits import images
from edits.images import canvas
from edits.images.region import Size, Window
from tests.images.pictures import drawn, encoded, in_box, landscape, mask_of, negative, opened, pixels, psnr
from tests.photos import photo_path


@pytest.fixture(autouse=True)
def _no_photo_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treats small photos, which are faster to test, like large ones."""
    monkeypatch.setattr(canvas, "SMALL", 0)


def photograph(name: str) -> Image.Image:
    with Image.open(photo_path(name)) as image:
        return image.convert("RGB")


def composed(source: bytes, region: images.Region, paint: Callable[[bytes], bytes] = negative) -> images.CleanPicture:
    plan = images.plan_crop(region, opened(source).size)
    return images.stitch(source, paint(images.crop(source, plan).data), region, plan)


def opened_jpeg(data: bytes) -> JpegImageFile:
    image = opened(data)
    assert isinstance(image, JpegImageFile)
    return image


def within_one_level(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    return float((np.abs(one - other).max(axis=-1) <= 1).mean())


@pytest.mark.parametrize(
    "name", ["rocket.jpg", "coffee.png", "astronaut.png", "retina.jpg", "chelsea.png", "hubble_deep_field.jpg"]
)
@pytest.mark.parametrize(
    ("format", "options"), [("JPEG", {}), ("JPEG", {"quality": 95}), ("JPEG", {"progressive": True}), ("PNG", {})], ids=str
)
def test_a_model_that_inverts_everything_inverts_the_region_and_nothing_else(
    name: str, format: str, options: dict[str, Any]
) -> None:
    source = encoded(photograph(name), format, **options)
    size = opened(source).size
    region = in_box("0.3,0.25,0.3,0.4", size)
    picture = composed(source, region)
    before, after, inside = pixels(source), pixels(picture.data), mask_of(region, size)
    assert (picture.format, picture.width, picture.height) == (format, *size)
    if format == "PNG":
        assert np.array_equal(before[~inside], after[~inside])
    assert psnr(before[~inside], after[~inside]) >= 50
    assert within_one_level(before[~inside], after[~inside]) >= 0.98
    left, top, right, bottom = region.window(size)
    margin = region.feather(size) + 16
    core = np.s_[top + margin : bottom - margin, left + margin : right - margin]
    assert np.abs(after[core] - (255 - before[core])).mean() < 8


@pytest.mark.parametrize(("size", "least"), [((300, 400), 50), ((401, 299), 50), ((64, 48), 40), ((17, 16), 30), ((16, 40), 30)])
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_photos_of_any_size_and_shape_are_composed(size: Size, least: int, format: str) -> None:
    source = encoded(landscape(size), format)
    region = in_box("0.5,0.5,0.25,0.25", size)
    picture = composed(source, region)
    before, after, inside = pixels(source), pixels(picture.data), mask_of(region, size)
    assert opened(picture.data).size == size
    assert psnr(before[~inside], after[~inside]) >= least
    assert np.abs(before[inside] - after[inside]).mean() > 20


@pytest.mark.parametrize("box", [(0, 0, 80, 60), (320, 240, 400, 300), (0, 100, 400, 160), (200, 150, 201, 151)])
def test_regions_at_the_border_and_of_one_pixel_are_composed(box: Window) -> None:
    source = encoded(landscape(), "PNG")
    region = drawn((400, 300), box)
    before, after = pixels(source), pixels(composed(source, region).data)
    inside = mask_of(region, (400, 300))
    assert np.array_equal(before[~inside], after[~inside])
    assert (before[inside] != after[inside]).any()


def test_a_region_of_any_shape_is_kept_to() -> None:
    source = encoded(landscape(), "PNG")
    rows, columns = np.mgrid[:300, :400]
    region = images.Region((rows - 150) ** 2 + (columns - 200) ** 2 < 80**2)
    before, after = pixels(source), pixels(composed(source, region).data)
    assert np.array_equal(before[~region.mask], after[~region.mask])


def test_a_gray_photo_may_get_color() -> None:
    source = encoded(landscape().convert("L"))
    region = drawn((400, 300), (100, 100, 200, 200))
    picture = composed(source, region, lambda data: encoded(Image.new("RGB", opened(data).size, (200, 40, 40))))
    before, after = pixels(source), pixels(picture.data)
    inside = mask_of(region, (400, 300))
    assert psnr(before[~inside], after[~inside]) >= 50
    assert after[150, 150] == pytest.approx((200, 40, 40), abs=12)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L"])
def test_a_png_of_any_mode_stays_one(mode: str) -> None:
    photo = landscape().convert("RGBA")
    photo.putalpha(Image.linear_gradient("L").resize(photo.size))
    source = encoded(photo.convert(mode), "PNG")
    region = drawn((400, 300), (100, 20, 200, 120))
    picture = composed(source, region)
    before, after = pixels(source, "RGBA"), pixels(picture.data, "RGBA")
    inside = mask_of(region, (400, 300))
    assert np.array_equal(before[~inside], after[~inside])
    assert opened(picture.data).mode == ("RGB" if mode == "L" else "RGBA")
    assert after[70, 150, 3] == 255


def test_the_tables_the_sampling_and_the_profile_are_the_sources() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for subsampling in (0, 1, 2):
        source = encoded(landscape(), quality=83, subsampling=subsampling, icc_profile=profile)
        picture = composed(source, drawn((400, 300), (100, 100, 200, 200)))
        before, after = opened_jpeg(source), opened_jpeg(picture.data)
        assert before.quantization == after.quantization
        assert before.layer == after.layer
        assert after.info["icc_profile"] == profile


def repainted(image: Image.Image, box: Window | None = None) -> Image.Image:
    """As a model paints it: softer, a little brighter and redder, and moved by a pixel or two."""
    size = (1024, 768)
    pixels = np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box).filter(ImageFilter.GaussianBlur(0.6)), np.float32)
    shade = np.linspace(-4, 4, size[0], dtype=np.float32)[None, :, None]
    return Image.fromarray((pixels * (1.05, 0.98, 0.97) + 3 + shade).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("box", [None, (4, 3, 397, 298)], ids=["in place", "moved"])
def test_drift_of_color_and_place_is_taken_back_inside_too(box: Window | None) -> None:
    photo = landscape()
    source, painted = encoded(photo, "PNG"), repainted(photo, box)
    region = drawn((400, 300), (120, 80, 260, 220))
    after = pixels(images.keep_rest(source, encoded(painted), region).data)
    plain = np.asarray(painted.resize((400, 300), Image.Resampling.LANCZOS), int)
    inside = mask_of(region, (400, 300))
    before = pixels(source)
    left = np.abs(after - before)[inside].mean()
    assert left < 0.5 * np.abs(plain - before)[inside].mean()
    assert left < 5


def test_a_change_of_light_on_purpose_is_not_undone() -> None:
    photo = landscape()
    source = encoded(photo, "PNG")
    dark = encoded(photo.point(lambda value: value // 3), "PNG")
    region = drawn((400, 300), (100, 100, 200, 200))
    after = pixels(images.keep_rest(source, dark, region).data)
    assert after[120:180, 120:180].mean() == pytest.approx(pixels(dark)[120:180, 120:180].mean(), abs=13)


def test_another_picture_is_laid_over_as_it_is() -> None:
    source = encoded(landscape(), "PNG")
    other = encoded(landscape(seed=9), "PNG")
    region = drawn((400, 300), (100, 100, 200, 200))
    after = pixels(images.keep_rest(source, other, region).data)
    assert np.array_equal(after[120:180, 120:180], pixels(other)[120:180, 120:180])


def test_a_composite_has_what_a_photo_is_kept_with() -> None:
    picture = composed(encoded(landscape((1800, 1200))), drawn((1800, 1200), (100, 100, 400, 400)))
    assert (picture.page.width, picture.card.width) == (1600, 480)
    assert picture.placeholder.startswith("data:image/webp;base64,")


@pytest.mark.parametrize("broken", [b"", b"no picture", encoded(landscape())[:3000]])
def test_what_does_not_decode_is_an_os_error(broken: bytes) -> None:
    good, region = encoded(landscape()), drawn((400, 300), (100, 100, 200, 200))
    for source, painted in ((broken, good), (good, broken)):
        with pytest.raises(OSError, match="image file"):
            images.keep_rest(source, painted, region)


def test_the_change_map_of_a_composite_is_empty_outside_of_its_region() -> None:
    source = encoded(photograph("coffee.png"))
    region = in_box("0.2,0.2,0.6,0.5", (600, 400))
    after = composed(source, region, lambda data: encoded(photograph("chelsea.png").resize(opened(data).size))).data
    comparison = images.compare(source, after, region)
    heat = np.asarray(opened(comparison.change_map).convert("RGBA"))[..., 3]
    inside = mask_of(region, (comparison.width, comparison.height))
    assert heat[~inside].max() == 0
    assert (heat[inside] > 0).mean() > 0.9
    assert comparison.changed_percent == pytest.approx(30, abs=2)
