"""Makes the short films that ship anew: ``python -m tests.golden.films``."""

from pathlib import Path

from genwidget.sandbox.media import short_films
from genwidget.sandbox.media.film import draw_film

PROMPT = "A baby seal playing on Arctic ice"


def main() -> None:
    """Write each, and print how many bytes it has."""
    folder = Path(short_films.__file__).with_name("films")
    folder.mkdir(exist_ok=True)
    for name, size in short_films.SHORT_FILMS.items():
        content = draw_film(PROMPT, size, short_films.SECONDS, 7, has_audio=True, preset="veryslow")
        (folder / name).write_bytes(content)
        print(name, len(content))


if __name__ == "__main__":
    main()
