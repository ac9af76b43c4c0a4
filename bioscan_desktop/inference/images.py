"""The one image loader: file or bytes to an upright sRGB picture, and picture to model input.

Training, batch, window and tests all come through here, so that a photo looks the same to the
encoder wherever it is read. Order: header check, size check, draft decode, EXIF orientation,
colour mode, ICC profile to sRGB; resizing belongs to `to_array`.

JPEGs are decoded at reduced scale (libjpeg "draft") to at least 1.45 times the side that is asked for: four
times faster from a 12-megapixel photo to model input than a full decode. Of 160 held-out photos, enlarged
to fall on that factor, the embeddings of both have a cosine of 0.999 in the mean and 0.997 at least, and
the nearest reference is of the right species as often.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from bioscan_desktop.core.errors import PhotoError
from bioscan_desktop.files import file_size, shown
from bioscan_desktop.inference import raw

SUFFIXES: frozenset[str] = frozenset(
    (*".jpg .jpeg .jpe .jfif .png .tif .tiff .webp .bmp .gif .heic .heif .hif .avif".split(), *raw.SUFFIXES)
)
"""File endings that are taken for photos in a folder. RAW files are among them: each is told of."""

MAX_PIXELS = 400_000_000
"""Larger pictures are refused before decoding; a 100 MB TIFF of a scanner stays below."""

MAX_BYTES = 4 * MAX_PIXELS
"""Larger files are refused before they are read, since each decoding thread holds one in memory."""

LARGE = 50_000_000
"""Pixels that a picture may have, after draft decoding, to be decoded while others of the kind are."""

DRAFT_FACTOR = 1.45
"""Draft decode keeps at least this multiple of the side that the model needs."""

MAX_MISSING = 0.6
"""A truncated JPEG with more than this share of its rows missing is refused."""

# Pillow's own limit only warns, at a quarter of ours; the check in `_check_size` replaces it.
Image.MAX_IMAGE_PIXELS = None

# Pillow warns of damaged camera data and of pages that it skips; the notices say what matters.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

# Each takes gigabytes, and so many threads decode as there are cores.
_large = threading.Lock()

# Phones and many cameras append a preview or a gain map to the JPEG, which makes it an "MPO".
_JPEGS = ("JPEG", "MPO")
_JPEG_START = b"\xff\xd8\xff"

_BIT_DEPTHS = (255, 1023, 4095, 16383, 65535)
_SIXTEEN_BIT = ("I;16", "I;16B", "I;16L", "I;16N", "I")


@dataclass(frozen=True)
class LoadedImage:
    """An upright 8-bit sRGB picture and what was noticed on the way.

    Attributes:
        image: mode RGB; perhaps smaller than the file says (draft decode).
        width, height: pixels of the upright original.
        notices: sentences for the user, such as "page 1 of 3 is used".
        missing: share of rows (0 to 1) that a truncated file lacks; filled with grey.
    """

    image: Image.Image
    width: int
    height: int
    notices: tuple[str, ...] = ()
    missing: float = 0.0

    @property
    def partial(self) -> bool:
        """True if part of the picture is missing."""
        return self.missing > 0


@dataclass(frozen=True)
class ImagePreprocessing:
    """How a picture becomes model input; part of the model's identity.

    Attributes:
        size: side of the square input, pixels.
        resize: `crop` mode only: the short edge is resized to this before the centre crop.
        mode: `crop` (short edge, centre crop), `squash` (both edges to `size`) or `letterbox`
            (long edge to `size`, grey border).
        mean, std: per channel, on values in [0, 1]. CLIBD's own models use 0 and 1.
    """

    size: int
    resize: int
    mode: str = "crop"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    interpolation: str = field(default="bicubic")

    def __post_init__(self) -> None:
        if self.mode not in ("crop", "squash", "letterbox"):
            raise ValueError(f"unknown preprocessing mode {self.mode!r}")
        if self.interpolation not in ("bicubic", "bilinear"):
            raise ValueError(f"unknown interpolation {self.interpolation!r}")

    @property
    def min_side(self) -> int:
        """The short side, in pixels, that a decoded picture should have at least."""
        return self.resize if self.mode == "crop" else self.size

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        values = asdict(self)
        values["mean"], values["std"] = list(self.mean), list(self.std)
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ImagePreprocessing:
        """The inverse of `to_dict`."""
        return cls(**{**values, "mean": tuple(values["mean"]), "std": tuple(values["std"])})


def load_rgb(
    source: Path | bytes, min_side: int | None = None, seen: Callable[[bytes], None] = lambda _: None
) -> LoadedImage:
    """Reads a photo.

    Args:
        source: a file or the bytes of one.
        min_side: if given, JPEGs are decoded at the smallest scale whose short side is at least
            `DRAFT_FACTOR` times this. None decodes in full.
        seen: given the bytes of the file before they are decoded, so that it is read only once.

    Raises:
        PhotoError: with one sentence, if no picture can be had from it.
    """
    data, name = _read(source)
    seen(data)
    if not data:
        raise PhotoError(f"{name}: the file is empty (0 bytes); copy it again.", "empty_file")
    _register_heif(data)
    try:
        # Many are TIFFs, in which Pillow would find a picture as large as a stamp.
        if isinstance(source, Path) and raw.is_raw(source) and not data.startswith(_JPEG_START):
            loaded = _decode(raw.embedded_jpeg(data), min_side)
            return replace(loaded, notices=(raw.PREVIEW_NOTICE, *loaded.notices))
        return _decode(data, min_side)
    except PhotoError as error:
        raise PhotoError(f"{name}: {error.message}", error.code) from error


def to_array(image: Image.Image, prep: ImagePreprocessing) -> np.ndarray:
    """Returns the (3, size, size) float32 model input of an upright RGB picture."""
    resample = Image.Resampling.BICUBIC if prep.interpolation == "bicubic" else Image.Resampling.BILINEAR
    pixels = np.asarray(_fit(image, prep, resample))  # (size, size, 3) uint8
    mean = np.asarray(prep.mean, dtype=np.float32)
    std = np.asarray(prep.std, dtype=np.float32)
    values = (np.arange(256, dtype=np.float32)[:, None] / 255.0 - mean) / std  # (256, 3): of each byte
    planes = np.empty((3, *pixels.shape[:2]), dtype=np.float32)
    for channel, plane in enumerate(planes):
        # Looking 256 values up takes a quarter of the time of computing each pixel's.
        np.take(values[:, channel], pixels[:, :, channel], out=plane, mode="clip")
    return planes


def _fit(image: Image.Image, prep: ImagePreprocessing, resample: Image.Resampling) -> Image.Image:
    side = prep.size
    if prep.mode == "squash":
        return image.resize((side, side), resample)
    width, height = image.size
    if prep.mode == "letterbox":
        scale = side / max(width, height)
        new = (max(1, round(width * scale)), max(1, round(height * scale)))
        canvas = Image.new("RGB", (side, side), (128, 128, 128))
        canvas.paste(image.resize(new, resample), ((side - new[0]) // 2, (side - new[1]) // 2))
        return canvas
    # Cropping first in source coordinates resizes only the pixels that are kept.
    scale = min(width, height) / prep.resize
    crop = side * scale
    left, top = (width - crop) / 2, (height - crop) / 2
    return image.resize((side, side), resample, box=(left, top, left + crop, top + crop))


def _read(source: Path | bytes) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        data, name = source, "The pasted picture"
    else:
        name = shown(source.name)
        try:
            size = file_size(source)
            if size > MAX_BYTES:
                raise PhotoError(
                    f"{name}: the file has {size / 1e9:.1f} GB, the limit is {MAX_BYTES / 1e9:.1f} GB; "
                    "save it smaller, or as JPEG.",
                    "too_large",
                )
            with source.open("rb") as stream:
                data = stream.read(size)  # no more than that of a file that is being written
        except FileNotFoundError:
            raise PhotoError(f"{name}: the file is no longer there.", "file_missing") from None
        except OSError as error:
            raise PhotoError(
                f"{name}: the file cannot be read ({error.strerror}).", "file_unreadable"
            ) from None
    return data, name


_heif_state = {"registered": False}


def _register_heif(data: bytes) -> None:
    """Loads the HEIC reader the first time that a file looks like one; it costs 30 ms at start."""
    if _heif_state["registered"] or data[4:8] != b"ftyp":
        return
    import pillow_heif

    pillow_heif.register_heif_opener()
    _heif_state["registered"] = True


def camera_data(data: bytes) -> Image.Exif:
    """The EXIF block of a photo; empty where it has none, or one that cannot be read."""
    _register_heif(data)
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.getexif()
    except Exception:  # a damaged file raises whatever its bytes lead to
        return Image.Exif()


def _decode(data: bytes, min_side: int | None) -> LoadedImage:
    try:
        image = Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        if data.startswith(_JPEG_START):
            raise PhotoError("the file is damaged or cut short; copy it again.", "damaged_photo") from None
        raise _no_photo(data) from None
    except Exception as error:  # each format's reader raises what its damaged bytes lead to
        raise PhotoError(f"the file is damaged ({_short(error)}).", "damaged_photo") from None
    notices: list[str] = []
    with image:
        _check_size(image)
        pages = _pages(image)
        if pages > 1:
            notices.append(f"Page 1 of {pages} is used.")
        width, height = image.size
        # Pillow turns a TIFF itself when it is loaded.
        orientation = 1 if image.format == "TIFF" else _orientation(image, notices)
        if orientation >= 5:
            width, height = height, width
        if image.format in _JPEGS:
            if min_side is not None:
                _draft(image, min_side)
            # All in one piece: after each the decoder waits for its turn among the threads of Python.
            image.decodermaxblock = len(data)
        missing = 0.0
        with _large if image.width * image.height > LARGE else nullcontext():
            try:
                image.load()
                picture: Image.Image = image
            except Exception as error:  # each format's reader raises what its damaged bytes lead to
                picture, missing = _salvage(data, image.format, min_side, error)
            if image.format == "TIFF":
                width, height = picture.size
            icc = image.info.get("icc_profile")
            rgb = _to_rgb(picture, notices)
            if icc:
                rgb = _to_srgb(rgb, icc, picture.mode)
            rgb = _upright(rgb, orientation)
    if missing:
        notices.append(f"The file is cut short: about {missing:.0%} of the picture is missing.")
    return LoadedImage(rgb, width, height, tuple(notices), missing)


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PhotoError(
            f"the picture has {width * height / 1e6:.0f} megapixels, the limit is "
            f"{MAX_PIXELS / 1e6:.0f}; crop or shrink it first.",
            "too_large",
        )
    if min(width, height) < 16:
        raise PhotoError(f"the picture is only {width}×{height} pixels.", "too_small")


def _pages(image: Image.Image) -> int:
    """Pages of a TIFF, pictures of an animation; 1 where the file is too damaged to tell."""
    if image.format in _JPEGS:
        return 1
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # the rest of the file is read to count them; the first picture may be fine
        return 1


def _draft(image: Image.Image, min_side: int) -> None:
    width, height = image.size
    scale = DRAFT_FACTOR * min_side / min(width, height)
    if scale < 1:
        # Rounding up keeps libjpeg from choosing the next smaller scale by one pixel.
        image.draft(None, (int(np.ceil(width * scale)), int(np.ceil(height * scale))))


def _salvage(
    data: bytes, image_format: str | None, min_side: int | None, error: Exception
) -> tuple[Image.Image, float]:
    """Decodes what is there of a truncated JPEG; other formats are refused.

    An end marker is appended, so that libjpeg itself fills the rest with grey. Pillow's
    LOAD_TRUNCATED_IMAGES would do the same, but for every thread at once.
    """
    if image_format not in _JPEGS:
        raise PhotoError(
            f"the file is damaged or cut short ({_short(error)}); copy it again.", "damaged_photo"
        )
    # Where the cut lies within a marker, the end mark would be read as part of it.
    last_marker = max(data.rfind(b"\xff\xc4"), data.rfind(b"\xff\xda"))
    for end in (len(data), last_marker):
        try:
            image = Image.open(io.BytesIO(data[:end] + b"\xff\xd9"))
            if min_side is not None:
                _draft(image, min_side)
            image.load()
            break
        except Exception as again:
            error = again
    else:
        raise PhotoError(
            f"the file is damaged or cut short ({_short(error)}); copy it again.", "damaged_photo"
        ) from None
    missing = _grey_share(image)
    if missing > MAX_MISSING:
        raise PhotoError(
            f"the file is cut short: about {missing:.0%} of the picture is missing; copy it again.",
            "truncated_photo",
        )
    return image, max(missing, 0.01)


def _grey_share(image: Image.Image) -> float:
    """The share of rows at the bottom that are one flat colour: what libjpeg fills in."""
    pixels = np.asarray(image.convert("L"), dtype=np.int16)
    flat = np.ptp(pixels, axis=1) <= 2
    filled = int(np.argmin(flat[::-1])) if not flat.all() else len(flat)
    return filled / len(flat)


def _orientation(image: Image.Image, notices: list[str]) -> int:
    """The EXIF orientation, 1 to 8. pillow-heif turns pictures itself and resets the tag to 1."""
    try:
        value = int(image.getexif().get(0x0112, 1))
    except Exception:  # a damaged EXIF block raises whatever its bytes lead to; the picture is fine
        notices.append("The camera data of the photo is damaged; it may appear turned.")
        return 1
    return value if 1 <= value <= 8 else 1


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _to_rgb(image: Image.Image, notices: list[str]) -> Image.Image:
    """8-bit RGB on white. Plain `convert("RGB")` would burn 16 bits out and show hidden black."""
    mode = image.mode
    if mode == "RGB" and "transparency" not in image.info:
        return image.copy()
    if mode in _SIXTEEN_BIT:
        values = np.asarray(image)
        top = int(values.max(initial=0))
        depth = next((d for d in _BIT_DEPTHS if top <= d), top)
        grey = np.empty(values.shape, dtype=np.uint8)
        for row, line in enumerate(values):  # line by line: as a whole it would take twelve bytes a pixel
            grey[row] = np.clip(line.astype(np.int64), 0, None) * 255 // depth
        notices.append("A 16-bit picture is shown with 8 bits.")
        return Image.fromarray(grey, "L").convert("RGB")
    if mode == "F":
        values_f = np.nan_to_num(np.asarray(image, dtype=np.float32))
        low, high = np.percentile(values_f, (0.5, 99.5))
        scaled = np.clip((values_f - low) / max(float(high - low), 1e-9), 0, 1) * 255
        return Image.fromarray(scaled.astype(np.uint8), "L").convert("RGB")
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def _to_srgb(rgb: Image.Image, icc: bytes, source_mode: str) -> Image.Image:
    """Applies an embedded RGB profile such as Adobe RGB or Display P3; sRGB costs nothing."""
    if source_mode != "RGB":
        return rgb
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if "srgb" in (ImageCms.getProfileDescription(profile) or "").lower():
            return rgb
        converted = ImageCms.profileToProfile(rgb, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return rgb  # a broken profile is common and changes colours little
    return converted if converted is not None else rgb


def _no_photo(data: bytes) -> PhotoError:
    head = data[:2048]
    if b"\x00" not in head and sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in head) > 0.95 * len(
        head
    ):
        return PhotoError("this is not a photo; its content is text.", "not_a_photo")
    if head[:2] in (b"II", b"MM") or head[4:12] == b"ftypcrx ":
        return raw.refuse()
    return PhotoError("this is not a photo in a format that can be read.", "not_a_photo")


def _short(error: Exception) -> str:
    text = str(error).strip().split("\n")[0].rstrip(".")
    return text[:80] if text else type(error).__name__
