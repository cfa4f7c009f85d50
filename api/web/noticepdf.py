"""A notice to a platform on paper: its very text, ready to be printed, signed and sent."""

from reportlab.platypus import Flowable

from api.web import paper
from api.web.texts import text


def notice_pdf(notice: str, takedown_id: str, lang: str) -> bytes:
    """The PDF of a notice's text, whose parts stand apart by empty lines; the first names whom."""
    head, *parts = notice.strip().split("\n\n")
    platform, at = head.rsplit("\n", 1)
    name = text(lang, "paper.notice")

    def story() -> list[Flowable]:
        made: list[Flowable] = [
            paper.paragraph(name, "head"),
            paper.paragraph(platform, "h1"),
            paper.paragraph(at),
        ]
        for part in parts:
            title, _, said = part.partition("\n")
            made += (
                [paper.paragraph(title, "h2"), paper.paragraph(said)]
                if said
                else [paper.paragraph(title)]
            )
        if paper.simplified(notice):
            made.append(paper.paragraph(text(lang, "paper.simplified"), "small"))
        return made

    def foot(number: int, pages: int) -> str:
        return f"{takedown_id} · {text(lang, 'paper.page', number=number, pages=pages)}"

    return paper.pdf(story, title=f"{name} · {platform}", lang=lang, foot=foot)
