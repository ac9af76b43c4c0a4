"""The image loader: every photo that turns up in the field gives a picture or one sentence."""

from __future__ import annotations

import contextlib
import io
import os
import random
import struct
import tracemalloc
import unicodedata
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, features

from bioscan_desktop.core.errors import PhotoError
from bioscan_desktop.inference import images
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import ImagePreprocessing, LoadedImage, load_rgb, to_array
from tests.conftest import TinyWorld, draw_insect

PREP = ImagePreprocessing(224, 256)


def scene(size: tuple[int, int] = (320, 240), seed: int = 0) -> Image.Image:
    """A picture without any symmetry: four coloured corners and some texture."""
    rng = np.random.default_rng(seed)
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([x * 255 // width, y * 255 // height, (x + 2 * y) * 80 // (width + height)], axis=2)
    coarse = rng.normal(0, 14, (height // 8 + 1, width // 8 + 1, 3))
    base = base + np.kron(coarse, np.ones((8, 8, 1)))[:height, :width]
    base[: height // 4, : width // 4] = (230, 30, 30)
    return Image.fromarray(np.clip(base, 0, 255).astype(np.uint8))


def encoded(image: Image.Image, image_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def psnr(a: Image.Image, b: Image.Image) -> float:
    assert a.size == b.size
    error = np.mean((np.asarray(a, np.float64) - np.asarray(b, np.float64)) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


def refused(source: Path | bytes, code: str) -> PhotoError:
    with pytest.raises(PhotoError) as caught:
        load_rgb(source, 64)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message
    return caught.value


_UNDO = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def turned(image: Image.Image, orientation: int) -> tuple[Image.Image, bytes]:
    """The pixels as a camera held that way stores them, and the EXIF block that says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = _UNDO[orientation]
    return (image if turn is None else image.transpose(turn)), exif.tobytes()


class TestOrientation:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF"])
    def test_eight_orientations_give_one_picture(self, orientation: int, image_format: str) -> None:
        original = scene()
        stored, exif = turned(original, orientation)
        options = {"quality": 95, "subsampling": 0} if image_format == "JPEG" else {}
        if image_format == "WEBP":
            options = {"lossless": True}
        loaded = load_rgb(encoded(stored, image_format, exif=exif, **options))
        assert (loaded.width, loaded.height) == original.size
        assert psnr(loaded.image, original) > 38

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_draft_decoding_keeps_the_orientation(self, orientation: int) -> None:
        original = scene((1600, 1200))
        stored, exif = turned(original, orientation)
        loaded = load_rgb(encoded(stored, "JPEG", quality=95, exif=exif), 64)
        assert loaded.image.size == (200, 150)
        assert (loaded.width, loaded.height) == (1600, 1200)
        assert psnr(loaded.image, original.resize((200, 150), Image.Resampling.BOX)) > 30

    def test_embeddings_are_one(self, world: TinyWorld) -> None:
        model = ModelPack(world.model, "cpu")
        pictures = []
        for orientation in range(1, 9):
            stored, exif = turned(scene((640, 480)), orientation)
            pictures.append(load_rgb(encoded(stored, "JPEG", quality=95, exif=exif), 32).image)
        rows = model.embed_images(pictures)
        assert (rows @ rows[0]).min() > 0.999

    @pytest.mark.parametrize("value", [0, 9, 65535])
    def test_nonsense_orientations_are_ignored(self, value: int) -> None:
        exif = Image.Exif()
        exif[0x0112] = value
        loaded = load_rgb(encoded(scene(), "JPEG", exif=exif.tobytes(), quality=95))
        assert loaded.image.size == (320, 240)

    @pytest.mark.filterwarnings("ignore::UserWarning")
    def test_a_damaged_exif_block_does_no_harm(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        block = bytearray(exif.tobytes())
        for cut in range(6, len(block), 3):
            damaged = bytes(block[:cut]) + b"\xff" * (len(block) - cut)
            assert load_rgb(encoded(scene(), "JPEG", exif=damaged)).image.mode == "RGB"


class TestTruncated:
    def test_every_cut_gives_a_part_or_a_sentence(self) -> None:
        data = encoded(scene((640, 480)), "JPEG", quality=88)
        for cut in sorted({*range(1, 700, 23), *range(700, len(data), len(data) // 40), len(data) - 1}):
            try:
                loaded = load_rgb(data[:cut], 64)
            except PhotoError as error:
                assert error.code in ("damaged_photo", "truncated_photo", "not_a_photo"), cut
                assert error.message.endswith(".")
            else:
                assert loaded.image.mode == "RGB"
                assert loaded.partial or cut >= len(data) - 2, cut

    @pytest.mark.parametrize("progressive", [False, True])
    @pytest.mark.parametrize("min_side", [None, 32])
    def test_most_of_a_photo_is_enough(self, progressive: bool, min_side: int | None) -> None:
        data = encoded(scene((640, 480)), "JPEG", quality=90, progressive=progressive)
        loaded = load_rgb(data[: len(data) * 3 // 4], min_side)
        assert loaded.partial
        assert any("cut short" in notice for notice in loaded.notices)
        if not progressive:
            assert loaded.missing == pytest.approx(0.25, abs=0.12)
        top = loaded.image.crop((0, 0, loaded.image.width, loaded.image.height // 2))
        whole = load_rgb(data, min_side).image
        assert psnr(top, whole.crop((0, 0, *top.size))) > (20 if progressive else 60)

    def test_a_quarter_of_a_photo_is_refused(self) -> None:
        data = encoded(scene((640, 480)), "JPEG", quality=90)
        assert "missing" in refused(data[: len(data) // 4], "truncated_photo").message

    def test_a_jpeg_cut_within_its_header_is_called_damaged(self) -> None:
        data = encoded(scene(), "JPEG")
        for cut in (10, 100, 300):
            refused(data[:cut], "damaged_photo")

    @pytest.mark.parametrize("image_format", ["PNG", "WEBP", "TIFF", "GIF", "BMP"])
    def test_other_formats_are_refused_when_cut(self, image_format: str) -> None:
        data = encoded(scene(), image_format)
        for share in (0.3, 0.6, 0.9):
            with pytest.raises(PhotoError):
                load_rgb(data[: int(len(data) * share)])

    def test_the_process_wide_switch_of_pillow_is_left_alone(self) -> None:
        from PIL import ImageFile

        data = encoded(scene(), "JPEG")
        load_rgb(data[: len(data) * 3 // 4])
        assert not ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"])
def test_damaged_bytes_never_raise_anything_else(image_format: str) -> None:
    rng = random.Random(image_format)
    data = encoded(scene((64, 48)), image_format)
    for _ in range(120):
        damaged = bytearray(data)
        for _ in range(rng.choice((1, 3, 20))):
            place = rng.randrange(min(len(damaged), rng.choice((64, 600, len(damaged)))))
            damaged[place] = rng.randrange(256)
        if rng.random() < 0.3:
            del damaged[rng.randrange(len(damaged)) :]
        try:
            loaded = load_rgb(bytes(damaged), 16)
        except PhotoError as error:
            assert error.message.endswith(".")
        else:
            assert loaded.image.mode == "RGB"


class TestNoPhoto:
    def test_zero_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "empty.jpg"
        path.touch()
        assert "0 bytes" in refused(path, "empty_file").message

    def test_what_was_read_is_shown_before_it_is_judged(self, tmp_path: Path) -> None:
        for content in (b"", b"no photo", encoded(scene(), "JPEG")):
            seen: list[bytes] = []
            path = tmp_path / "any.jpg"
            path.write_bytes(content)
            with contextlib.suppress(PhotoError):
                load_rgb(path, seen=seen.append)
            assert seen == [content]

    def test_text_named_jpg(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.jpg"
        path.write_text("Caught at light, 3 July.\n" * 20)
        message = refused(path, "not_a_photo").message
        assert message.startswith("notes.jpg: ")
        assert "text" in message

    def test_noise_named_jpg(self) -> None:
        refused(random.Random(1).randbytes(5000), "not_a_photo")

    def test_a_raw_file_is_recognised(self) -> None:
        assert "RAW" in refused(b"II*\x00" + b"\x10\x00\x00\x00CR\x02" + bytes(3000), "raw_photo").message
        assert "RAW" in refused(b"\x00\x00\x00\x18ftypcrx " + bytes(3000), "raw_photo").message

    def test_a_file_that_is_gone(self, tmp_path: Path) -> None:
        assert "no longer there" in refused(tmp_path / "gone.jpg", "file_missing").message

    def test_a_folder(self, tmp_path: Path) -> None:
        folder = tmp_path / "folder.jpg"
        folder.mkdir()
        assert "it is a folder" in refused(folder, "file_unreadable").message

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.jpg")
        assert "a pipe" in refused(tmp_path / "pipe.jpg", "file_unreadable").message

    @pytest.mark.skipif(not Path("/dev/zero").is_char_device(), reason="there is no device without end")
    def test_a_device_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "zero.jpg").symlink_to("/dev/zero")
        assert "a device" in refused(tmp_path / "zero.jpg", "file_unreadable").message

    @pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
    def test_links_that_lead_nowhere(self, tmp_path: Path) -> None:
        (tmp_path / "round.jpg").symlink_to("round.jpg")
        refused(tmp_path / "round.jpg", "file_unreadable")
        (tmp_path / "lost.jpg").symlink_to("nothing.jpg")
        refused(tmp_path / "lost.jpg", "file_missing")

    def test_a_file_of_gigabytes_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        content = encoded(scene(), "JPEG")
        (tmp_path / "large.jpg").write_bytes(content)
        monkeypatch.setattr(images, "MAX_BYTES", len(content))
        load_rgb(tmp_path / "large.jpg")
        monkeypatch.setattr(images, "MAX_BYTES", len(content) - 1)
        seen: list[bytes] = []
        with pytest.raises(PhotoError, match="GB, the limit is") as caught:
            load_rgb(tmp_path / "large.jpg", seen=seen.append)
        assert caught.value.code == "too_large"
        assert not seen

    def test_a_file_that_grows_is_read_as_far_as_it_went(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "growing.jpg"
        path.write_bytes(b"begun")
        size = images.file_size

        def then_grown(of: Path) -> int:
            found = size(of)
            path.write_bytes(b"begun, and more of it")
            return found

        monkeypatch.setattr(images, "file_size", then_grown)
        seen: list[bytes] = []
        with pytest.raises(PhotoError):
            load_rgb(path, seen=seen.append)
        assert seen == [b"begun"]

    def test_a_file_that_may_not_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def deny(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        (tmp_path / "locked.jpg").write_bytes(encoded(scene(), "JPEG"))
        monkeypatch.setattr(Path, "open", deny)
        assert "Permission denied" in refused(tmp_path / "locked.jpg", "file_unreadable").message

    @pytest.mark.parametrize("side", [1, 15])
    def test_too_small(self, side: int) -> None:
        refused(encoded(Image.new("RGB", (300, side)), "PNG"), "too_small")

    def test_sixteen_pixels_are_enough(self) -> None:
        assert load_rgb(encoded(Image.new("RGB", (16, 16)), "PNG")).image.size == (16, 16)

    def test_too_large_is_seen_in_the_header(self) -> None:
        error = refused(png_header(30_000, 20_000), "too_large")
        assert "600 megapixels" in error.message

    def test_large_pictures_are_decoded_one_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "LARGE", 320 * 240 - 1)
        data, small = encoded(scene(), "PNG"), encoded(scene((100, 80)), "PNG")
        with ThreadPoolExecutor(1) as pool:
            with images._large:
                waiting = pool.submit(load_rgb, data)
                assert load_rgb(small).image.size == (100, 80)
                with pytest.raises(TimeoutError):
                    waiting.result(timeout=0.2)
            assert waiting.result().image.size == (320, 240)

    def test_the_limit_itself_is_allowed(self) -> None:
        # Nothing but the header is there, so that passing the size check ends in "damaged".
        refused(png_header(20_000, 20_000), "damaged_photo")
        refused(png_header(20_000, 20_001), "too_large")


def png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return header + struct.pack(">I", 1000) + b"IDAT"


class TestColour:
    def test_cmyk(self) -> None:
        loaded = load_rgb(encoded(scene().convert("CMYK"), "JPEG", quality=95))
        assert psnr(loaded.image, scene()) > 30

    @pytest.mark.parametrize("top", [1023, 4095, 16383, 65535])
    @pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
    def test_sixteen_bits_are_not_burnt_out(self, top: int, image_format: str) -> None:
        ramp = np.tile(np.linspace(0, top, 256), (64, 1)).astype(np.uint16)
        loaded = load_rgb(encoded(Image.fromarray(ramp), image_format))
        grey = np.asarray(loaded.image.convert("L"), np.int32)
        np.testing.assert_allclose(grey[0], np.arange(256), atol=1)
        assert any("16-bit" in notice for notice in loaded.notices)

    def test_thirty_two_bit_and_float_tiff(self) -> None:
        ramp = np.tile(np.linspace(0, 65_535, 256), (64, 1))
        for values in (ramp.astype(np.int32), ramp.astype(np.float32)):
            grey = np.asarray(load_rgb(encoded(Image.fromarray(values), "TIFF")).image.convert("L"), np.int32)
            np.testing.assert_allclose(grey[0], np.arange(256), atol=3)

    def test_sixteen_bits_take_little_memory(self) -> None:
        """A large one of a single shade is a file of some kilobytes."""
        picture = Image.fromarray(np.full((1500, 2000), 900, np.uint16))
        tracemalloc.start()
        try:
            images._to_rgb(picture, [])
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert most < 4 * 2 * 1500 * 2000

    def test_a_black_sixteen_bit_picture(self) -> None:
        black = Image.fromarray(np.zeros((32, 32), np.uint16))
        assert np.asarray(load_rgb(encoded(black, "PNG")).image).max() == 0

    @pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA"])
    def test_transparency_lies_on_white(self, mode: str) -> None:
        rgba = Image.new("RGBA", (40, 30), (0, 0, 0, 0))  # hidden black
        rgba.paste((40, 40, 40, 255), (0, 0, 20, 30))
        if mode == "PA":  # no common format stores it, but readers may hand it over
            picture = images._to_rgb(rgba.quantize(8).convert("PA"), [])
        else:
            image = rgba.quantize(8) if mode == "P" else rgba.convert(mode)
            picture = load_rgb(encoded(image, "PNG")).image
        assert picture.mode == "RGB"
        assert picture.getpixel((5, 5)) == (40, 40, 40)
        assert picture.getpixel((35, 5)) == (255, 255, 255)

    def test_half_transparent_is_mixed_with_white(self) -> None:
        picture = load_rgb(encoded(Image.new("RGBA", (32, 32), (0, 0, 0, 128)), "PNG")).image
        assert picture.getpixel((9, 9)) == (127, 127, 127)

    def test_a_transparent_colour_of_an_rgb_png(self) -> None:
        image = Image.new("RGB", (32, 32), (1, 2, 3))
        image.paste((200, 0, 0), (0, 0, 16, 32))
        picture = load_rgb(encoded(image, "PNG", transparency=(1, 2, 3))).image
        assert picture.getpixel((4, 4)) == (200, 0, 0)
        assert picture.getpixel((30, 4)) == (255, 255, 255)

    @pytest.mark.parametrize("mode", ["1", "L", "P"])
    def test_plain_modes(self, mode: str) -> None:
        assert load_rgb(encoded(scene().convert(mode), "PNG")).image.mode == "RGB"

    @pytest.mark.parametrize("mode", ["YCbCr", "LAB", "CMYK"])
    def test_modes_of_print_and_science(self, mode: str) -> None:
        tiff = scene().convert("YCbCr") if mode == "YCbCr" else scene().convert("CMYK")
        if mode == "LAB":
            to_lab = ImageCms.buildTransform(
                ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
            )
            tiff = ImageCms.applyTransform(scene(), to_lab)
        loaded = load_rgb(encoded(tiff, "TIFF"))
        assert psnr(loaded.image, scene()) > 25

    def test_a_wide_gamut_profile_is_converted(self) -> None:
        icc = p3_like_profile()
        image = Image.new("RGB", (64, 64), (128, 128, 128))
        image.paste((200, 60, 60), (0, 0, 32, 64))
        plain = load_rgb(encoded(image, "PNG")).image
        assert plain.getpixel((5, 5)) == (200, 60, 60)
        converted = load_rgb(encoded(image, "PNG", icc_profile=icc)).image
        red = converted.getpixel((5, 5))
        assert isinstance(red, tuple)
        assert red[0] > 205  # the same numbers mean a redder red in a wider gamut
        grey = converted.getpixel((60, 5))
        assert isinstance(grey, tuple)
        assert max(grey) - min(grey) <= 3

    def test_srgb_profiles_change_nothing(self) -> None:
        icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        data = encoded(scene(), "PNG", icc_profile=icc)
        np.testing.assert_array_equal(np.asarray(load_rgb(data).image), np.asarray(scene()))

    @pytest.mark.parametrize("icc", [b"rubbish", bytes(500)])
    def test_a_broken_profile_is_ignored(self, icc: bytes) -> None:
        data = encoded(scene(), "PNG", icc_profile=icc)
        np.testing.assert_array_equal(np.asarray(load_rgb(data).image), np.asarray(scene()))


def p3_like_profile() -> bytes:
    """A matrix profile with the primaries of Display P3 and a plain gamma."""

    def number(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(x: float, y: float, z: float) -> bytes:
        return b"XYZ \0\0\0\0" + number(x) + number(y) + number(z)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 13) + b"Display P3-ish"[:12] + b"\0" + bytes(79)
    text += bytes(-len(text) % 4)
    tags = {
        b"desc": text,
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.5151, 0.2412, -0.0011),
        b"gXYZ": xyz(0.2920, 0.6922, 0.0419),
        b"bXYZ": xyz(0.1571, 0.0666, 0.7841),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", start + len(body), len(value))
        body += value
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += number(0.9642) + number(1.0) + number(0.8249)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


class TestFormats:
    def test_heic(self) -> None:
        import pillow_heif

        buffer = io.BytesIO()
        pillow_heif.from_pillow(scene()).save(buffer, quality=95)
        loaded = load_rgb(buffer.getvalue())
        assert loaded.image.size == (320, 240)
        assert psnr(loaded.image, scene()) > 28

    @pytest.mark.parametrize("orientation", [1, 3, 6, 8])
    def test_heic_is_turned_once(self, orientation: int) -> None:
        import pillow_heif

        stored, exif = turned(scene(), orientation)
        heif = pillow_heif.from_pillow(stored)
        heif.info["exif"] = exif
        buffer = io.BytesIO()
        heif.save(buffer, quality=95)
        loaded = load_rgb(buffer.getvalue())
        assert (loaded.width, loaded.height) == (320, 240)
        assert psnr(loaded.image, scene()) > 28

    def test_a_cut_heic_is_refused(self) -> None:
        import pillow_heif

        buffer = io.BytesIO()
        pillow_heif.from_pillow(scene()).save(buffer)
        data = buffer.getvalue()
        for cut in range(16, len(data), max(1, len(data) // 25)):
            with pytest.raises(PhotoError):
                load_rgb(data[:cut])

    @pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")
    @pytest.mark.parametrize("orientation", [1, 6])
    def test_avif(self, orientation: int) -> None:
        stored, exif = turned(scene(), orientation)
        loaded = load_rgb(encoded(stored, "AVIF", quality=95, exif=exif))
        assert (loaded.width, loaded.height) == (320, 240)
        assert psnr(loaded.image, scene()) > 28

    def test_webp(self) -> None:
        assert psnr(load_rgb(encoded(scene(), "WEBP", quality=95)).image, scene()) > 27

    def test_an_animated_gif_gives_its_first_picture(self) -> None:
        frames = [Image.new("RGB", (64, 64), c) for c in ((200, 0, 0), (0, 200, 0), (0, 0, 200))]
        loaded = load_rgb(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
        assert loaded.image.getpixel((9, 9)) == (200, 0, 0)
        assert loaded.notices == ("Page 1 of 3 is used.",)

    def test_a_multipage_tiff_gives_its_first_page(self) -> None:
        pages = [scene(seed=n) for n in range(3)]
        loaded = load_rgb(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
        np.testing.assert_array_equal(np.asarray(loaded.image), np.asarray(pages[0]))
        assert loaded.notices == ("Page 1 of 3 is used.",)

    def test_phone_photos_with_a_second_picture_inside_are_jpegs(self) -> None:
        data = encoded(
            scene((1600, 1200)), "MPO", save_all=True, append_images=[scene((320, 240))], quality=90
        )
        loaded = load_rgb(data, 64)
        assert loaded.image.size == (200, 150)  # decoded at reduced scale, like any JPEG
        assert loaded.notices == ()  # a preview or a gain map is no page
        cut = load_rgb(data[: len(data) * 2 // 3], 64)
        assert cut.partial

    def test_the_ending_does_not_matter(self, tmp_path: Path) -> None:
        path = tmp_path / "really_a_png.JPG"
        scene().save(path, "PNG")
        assert load_rgb(path).image.size == (320, 240)


NAMES = [
    "🦋 photo.jpg",
    unicodedata.normalize("NFD", "Möwe é.jpg"),
    "昆虫 標本.jpg",
    "with space & 'quotes' #1 %20.jpg",
    "x" * 240 + ".jpg",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_kind(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    scene().save(path)
    assert load_rgb(path).image.size == (320, 240)


def test_a_path_of_more_than_260_characters(tmp_path: Path) -> None:
    folder = tmp_path
    while len(str(folder)) < 400:
        folder = folder / ("deep_" * 8)
    folder.mkdir(parents=True)
    scene().save(folder / "a.jpg")
    assert load_rgb(folder / "a.jpg").image.size == (320, 240)


def test_a_name_too_long_for_the_system_is_a_sentence(tmp_path: Path) -> None:
    refused(tmp_path / ("x" * 400 + ".jpg"), "file_unreadable")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    "name, told", [(b"caf\xe9.jpg", "caf\\udce9.jpg"), (b"a\n\x1bb.jpg", "a\\n\\x1bb.jpg")]
)
def test_a_name_that_no_sentence_can_hold(tmp_path: Path, name: bytes, told: str) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_bytes(encoded(scene(), "JPEG"))
    assert load_rgb(path).image.size == (320, 240)
    path.write_bytes(b"no photo")
    assert refused(path, "not_a_photo").message.startswith(f"{told}: ")


class TestDraft:
    @pytest.mark.parametrize("size", [(1600, 1200), (1201, 1603), (2999, 1501), (640, 480)])
    @pytest.mark.parametrize("mode", ["crop", "squash", "letterbox"])
    def test_model_input_is_that_of_a_full_decode(self, size: tuple[int, int], mode: str) -> None:
        prep = ImagePreprocessing(96, 110, mode)
        data = encoded(scene(size), "JPEG", quality=92)
        draft, full = load_rgb(data, prep.min_side), load_rgb(data)
        assert (draft.width, draft.height) == (full.width, full.height) == size
        assert min(draft.image.size) >= images.DRAFT_FACTOR * prep.min_side
        if min(size) > 8 * prep.min_side:
            assert draft.image.size < full.image.size
        a, b = to_array(draft.image, prep), to_array(full.image, prep)
        error = float(np.mean((a - b) ** 2))
        assert error == 0 or 10 * np.log10(1 / error) >= 36

    def test_embeddings_are_those_of_a_full_decode(self, world: TinyWorld) -> None:
        model = ModelPack(world.model, "cpu")
        pictures: list[LoadedImage] = []
        for seed in range(4):
            data = encoded(draw_insect((150, 90, 40 + 30 * seed), (2000, 1500), seed), "JPEG", quality=90)
            pictures += [load_rgb(data, model.preprocessing.min_side), load_rgb(data)]
        rows = model.embed_images([p.image for p in pictures])
        assert ((rows[::2] * rows[1::2]).sum(axis=1) >= 0.999).all()

    def test_small_photos_are_decoded_in_full(self) -> None:
        assert load_rgb(encoded(scene((320, 240)), "JPEG"), 224).image.size == (320, 240)

    def test_other_formats_are_decoded_in_full(self) -> None:
        assert load_rgb(encoded(scene((1600, 1200)), "PNG"), 32).image.size == (1600, 1200)


class TestToArray:
    @pytest.mark.parametrize("mode", ["crop", "squash", "letterbox"])
    @pytest.mark.parametrize("size", [(320, 240), (240, 320), (16, 900), (224, 224)])
    def test_shape_and_range(self, mode: str, size: tuple[int, int]) -> None:
        array = to_array(scene(size), ImagePreprocessing(64, 72, mode))
        assert array.shape == (3, 64, 64)
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        assert 0 <= array.min() <= array.max() <= 1

    def test_channels_are_red_green_blue(self) -> None:
        array = to_array(Image.new("RGB", (50, 50), (255, 51, 0)), PREP)
        np.testing.assert_allclose(array[:, 5, 5], (1.0, 0.2, 0.0), atol=1e-6)

    def test_mean_and_std(self) -> None:
        prep = ImagePreprocessing(32, 32, "squash", (0.5, 0.5, 0.5), (0.25, 0.5, 1.0))
        array = to_array(Image.new("RGB", (50, 50), (255, 255, 255)), prep)
        np.testing.assert_allclose(array[:, 0, 0], (2.0, 1.0, 0.5), atol=1e-6)

    def test_the_values_are_those_of_the_formula(self) -> None:
        prep = ImagePreprocessing(64, 64, "squash", (0.498, 0.45, 0.3), (0.502, 0.225, 1.0))
        image = scene((320, 240))
        pixels = np.asarray(image.resize((64, 64), Image.Resampling.BICUBIC), dtype=np.float32)
        mean, std = (np.array(values, dtype=np.float32) for values in (prep.mean, prep.std))
        expected = ((pixels / 255.0 - mean) / std).transpose(2, 0, 1)
        np.testing.assert_array_equal(to_array(image, prep), expected)

    def test_crop_is_resize_and_centre_crop(self) -> None:
        image = scene((512, 384))
        prep = ImagePreprocessing(96, 128)
        short = image.resize((round(512 * 128 / 384), 128), Image.Resampling.BICUBIC)
        left = (short.width - 96) // 2
        expected = short.crop((left, 16, left + 96, 112))
        found = Image.fromarray((to_array(image, prep).transpose(1, 2, 0) * 255).round().astype(np.uint8))
        assert psnr(found, expected) > 30

    def test_letterbox_keeps_the_proportions_on_grey(self) -> None:
        array = to_array(
            Image.new("RGB", (200, 100), (255, 255, 255)), ImagePreprocessing(64, 64, "letterbox")
        )
        np.testing.assert_allclose(array[0, :16], 128 / 255, atol=1e-6)
        np.testing.assert_allclose(array[0, 16:48], 1.0, atol=1e-6)
        np.testing.assert_allclose(array[0, 48:], 128 / 255, atol=1e-6)

    def test_settings_round_trip(self) -> None:
        prep = ImagePreprocessing(64, 72, "letterbox", (0.1, 0.2, 0.3), (0.4, 0.5, 0.6), "bilinear")
        assert ImagePreprocessing.from_dict(prep.to_dict()) == prep

    @pytest.mark.parametrize(("name", "value"), [("mode", "stretch"), ("interpolation", "nearest")])
    def test_unknown_settings_are_refused(self, name: str, value: str) -> None:
        with pytest.raises(ValueError, match=value):
            ImagePreprocessing(64, 64, **{name: value})


def _shared(folder: str) -> Path:
    root = Path(os.environ.get("BIOSCAN_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not (root / folder).is_dir():
        pytest.skip(f"needs real photos in {folder} of $BIOSCAN_SHARED_DATA or ../shared/data")
    return root / folder


def test_real_specimen_photos_draft_like_full() -> None:
    prep = ImagePreprocessing(224, 256)
    large: Callable[[Path], bool] = lambda path: path.stat().st_size > 100_000  # noqa: E731
    for path in [p for p in sorted(_shared("bioscan-samples").glob("*.jpg")) if large(p)][:3]:
        a, b = to_array(load_rgb(path, 256).image, prep), to_array(load_rgb(path).image, prep)
        assert 10 * np.log10(1 / float(np.mean((a - b) ** 2))) >= 40, path.name
