"""What the demo's performers say and which voices say it: data only.

The voices are espeak-ng's, chosen as far apart as people's voices are (a cosine of 0.63 to 0.70;
its plain voices agree at 0.8 and more). Samples and films use different sentences, so that a match
is of the voice and not of the words.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One synthetic performer: espeak voice, samples to enrol with and a line for the film."""

    name: str
    voice: str
    samples: tuple[str, str]
    line: str


GERMAN = Part(
    name="Ole Brandt",
    voice="de+klatt4",
    samples=(
        "Eine Stimme gehört dem Menschen, der sie hat. Er entscheidet, wer sie nutzen darf, wie "
        "lange, in welchen Ländern, und zu welchem Preis. Was er unterschreibt, kann jeder prüfen. "
        "Was er ablehnt, darf niemand verwenden, auch keine Maschine.",
        "Am Morgen liegt Nebel über dem Fluss, und die ersten Fähren fahren langsam hinüber. Auf "
        "dem Markt werden Äpfel, Brot und Käse verkauft, und zwei Kinder zählen die Tauben auf "
        "dem Dach der alten Schule, bis die Glocke läutet.",
    ),
    line="Guten Abend. Heute erzählen wir von einer Stadt am Wasser, deren Lichter nie ganz "
    "verlöschen. Wer dort ankommt, hört zuerst die Möwen und dann die Glocken, und wer wieder "
    "abreist, nimmt beides mit nach Hause.",
)
ENGLISH = Part(
    name="Alex Hart",
    voice="en-us+m7",
    samples=(
        "A face is known before a name is. Whoever shows it in a film should have asked first, and "
        "whoever asked should be able to prove it. That is all a registry does: it keeps the "
        "question, the answer, and the signature below it.",
        "The train left the station a little after nine. By noon it had crossed two borders and a "
        "mountain pass, and the passengers shared their bread, their newspapers, and in the end "
        "also their umbrellas, because it rained in every valley.",
    ),
    line="The harbour has two lighthouses, one of stone and one of iron. For a hundred years they "
    "have answered each other across the bay, and no ship has ever asked why, because the light "
    "was always there when it was needed.",
)
FRENCH = Part(
    name="Claire Morel",
    voice="fr+f4",
    samples=(
        "Une voix se prête, elle ne se donne pas. Celle qui la porte choisit pour quel film, pour "
        "quel pays et pour combien de temps. Si elle dit non, la réponse est non, et la machine "
        "doit l'entendre aussi bien que les autres.",
        "Au bout du jardin il y a un vieux puits, et près du puits un banc de bois. On y lit le "
        "journal le dimanche, on y épluche les pommes en automne, et les voisins viennent y parler "
        "du temps, des récoltes et des voyages.",
    ),
    line="Sous le pont, la rivière emporte les feuilles et les histoires. On dit que chaque "
    "feuille revient au printemps, mais que les histoires restent en mer, où les pêcheurs les "
    "racontent pendant les longues nuits d'hiver.",
)
NEWCOMER = Part(
    name="A voice for whoever tries it out",
    voice="en-us+klatt2",
    samples=(
        "Whoever reads this aloud lends a voice to a registry for a minute. It keeps what makes "
        "the voice unlike any other, and throws the recording away. What it keeps is sealed, and "
        "the one who spoke can have it destroyed on any day of the year.",
        "In the museum of clocks none of them agree. The oldest one is always late, the newest one "
        "is always right, and the one in the middle of the hall stopped years ago, at a quarter "
        "past four, while everybody was looking at something else.",
    ),
    line="Every evening she counted the boats, and every evening there was one too many. It had no "
    "lamp and no name, and the gulls would not sit on it. On the tenth night she rowed out to ask "
    "whose it was.",
)
UNKNOWN = Part(
    name="A voice nobody enrolled",
    voice=NEWCOMER.voice,
    samples=("", ""),
    line="Nobody in this registry knows who is speaking now. The voice is synthetic, it was never "
    "enrolled, and an honest machine should answer that it does not know, instead of guessing the "
    "name of whoever comes nearest.",
)
PARTS = (GERMAN, ENGLISH, FRENCH)
MINOR = Part(
    name="Jule Ahrens",
    voice="fr+Jacky",
    samples=(
        "Le matin, le chat attend devant la porte de la cuisine. Il connaît l'heure du lait mieux "
        "que nous, et si personne ne vient, il chante jusqu'à ce que toute la maison soit debout "
        "et que la voisine frappe au mur.",
        "Dans mon cahier j'ai dessiné une île avec trois arbres et un phare. Personne n'y habite, "
        "sauf un facteur qui vient le lundi, et qui repart toujours avec plus de lettres qu'il "
        "n'en avait en arrivant.",
    ),
    line="Demain nous partirons avant le soleil, avec deux pommes et la vieille carte du phare.",
)
STRIKER = Part(
    name="Pablo Conti",
    voice="it+pablo",
    samples=(
        "Una voce appartiene a chi la porta. Chi la usa deve chiedere prima, e chi ha chiesto deve "
        "poterlo provare. Il registro custodisce la domanda, la risposta e la firma, e niente "
        "altro che questo.",
        "Alla stazione il treno era in ritardo di un'ora, e nessuno sembrava averne fretta. Una "
        "signora divideva le ciliegie con un soldato, e il capostazione annaffiava i gerani come "
        "se fosse domenica.",
    ),
    line="Il faro di ferro non dorme mai, ma stanotte qualcuno ha spento la sua luce per noi due.",
)
LATE = Part(
    name="Greta Stein",
    voice="de+grandma",
    samples=(
        "Früher standen hier drei Mühlen, und jede mahlte ein anderes Korn. Heute steht nur noch "
        "die kleinste, und in ihr wohnt ein Maler, der jeden Tag den gleichen Baum malt, weil er "
        "sagt, dass der Baum jeden Tag ein anderer ist.",
        "Wer einen Brief schreibt, soll sich Zeit lassen. Die Tinte trocknet ohnehin langsam, und "
        "was man am Abend für wichtig hält, sieht am nächsten Morgen oft ganz anders aus, sagte "
        "meine Großmutter und siegelte den Umschlag.",
    ),
    line="Im Keller des alten Leuchtturms steht eine Kiste, die seit Jahren niemand öffnet.",
)
SHORT_LINES = {
    GERMAN.voice: "Das Boot ist fort, und mit ihm der einzige Mensch, der den Weg durch die "
    "Klippen kennt.",
    ENGLISH.voice: "If the lamp goes out before the tide turns, nobody on this coast will "
    "sleep tonight.",
}
# Of a line as short as this nobody is sure: its find waits on the review desk.
TEASER = (LATE.voice, "Wer hat den Schlüssel zum alten Turm?")
SEASON = (GERMAN, ENGLISH, MINOR, STRIKER, LATE)
