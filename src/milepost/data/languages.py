"""Which script a text is written in, and a small guess at its language: by script, or by its commonest short words."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from milepost.data.grams import blocks, words
from milepost.types import Array

HEAD = 2_000  # characters of a text that are looked at
SCRIPTS = (
    "none", "other", "latin", "han", "kana", "hangul", "cyrillic", "arabic", "hebrew", "devanagari", "thai", "greek",
)  # fmt: skip
RANGES = (  # first and last character, by blocks of Unicode
    ("latin", 0x0041, 0x024F), ("latin", 0x1E00, 0x1EFF), ("latin", 0xFF21, 0xFF5A),
    ("han", 0x3400, 0x9FFF), ("han", 0xF900, 0xFAFF), ("han", 0x3005, 0x3007),
    ("kana", 0x3041, 0x30FF), ("kana", 0x31F0, 0x31FF), ("kana", 0xFF66, 0xFF9F),
    ("hangul", 0x1100, 0x11FF), ("hangul", 0x3131, 0x318E), ("hangul", 0xAC00, 0xD7A3),
    ("cyrillic", 0x0400, 0x052F), ("greek", 0x0370, 0x03FF), ("greek", 0x1F00, 0x1FFF),
    ("arabic", 0x0600, 0x077F), ("arabic", 0x08A0, 0x08FF), ("arabic", 0xFB50, 0xFDFF), ("arabic", 0xFE70, 0xFEFC),
    ("hebrew", 0x0590, 0x05FF), ("hebrew", 0xFB1D, 0xFB4F), ("devanagari", 0x0900, 0x097F), ("thai", 0x0E01, 0x0E5B),
)  # fmt: skip
DENSE = ("han", "kana", "hangul")  # a sign of these says as much as two letters
KANA = 0.1  # share of kana among the signs of a text from which it is Japanese
OF_SCRIPT = {
    "han": "zh", "kana": "ja", "hangul": "ko", "cyrillic": "ru", "arabic": "ar", "hebrew": "he", "devanagari": "hi",
    "thai": "th", "greek": "el",
}  # fmt: skip
LETTERS = {"ru": ("uk", "[іїєґІЇЄҐ]"), "ar": ("fa", "[پچژگ]")}  # that only another language of the script has
UNKNOWN = "unknown"
SURE = 0.08  # share of the words that must be such short ones
ENOUGH = 0.7  # what a word that two languages share says for either
SHORT_WORDS = {
    "en": "the of and to in is it that was for on are with as at this but not be from by you have has a an its they i "
    "we he she his her their what who how when which there can will would so if or all more no than about do your my "
    "does did me him them us out up into after over only very some any one too most because while just been were said",
    "de": "der die das und ist nicht ein eine einen einem einer zu den dem des im in mit von auf für sich auch es ich "
    "sie wir er aber wie war sind wird hat haben noch nur nach bei aus über als so oder zum zur vom kann sehr man wo",
    "fr": "le la les de des du un une et est à en dans que qui pour pas ne ce cette il elle sur au aux avec plus par "
    "je vous nous on sont mais ou se son sa ses était très tout comme leur être ont où quel quelle",
    "es": "el la los las de del que y en un una es no se por con para su al lo como más pero sus le ya o fue este sí "
    "porque esta son entre está cuando muy sin sobre ser hay me todo nos qué también hasta quién cuál cómo dónde",
    "it": "il lo la i gli le di del della dei delle che e è un una in per non con si da al alla dal nel nella come più "
    "ma sono anche questo questa ha io mi ho ci se molto sul sulla suo sua loro era quale dove quando chi tutto",
    "pt": "o a os as de do da dos das e que em um uma é não no na nos nas para por com se mais como mas ao foi ele ela "
    "seu sua ou quando muito já eu também só pelo pela isso está são você quem qual onde até ser tem às à",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er die maar om als ook bij uit naar dan nog wel "
    "was door over ze hij ik je wij we heeft hebben dit deze worden wordt werd zo geen kan meer wat wie waar tot",
    "sv": "och att det i en som på är av för med till den har de inte om ett han men var jag sig från vi så kan när "
    "nu ska också eller efter hade hon vad hur mycket där här alla detta mot under blev bara",
    "da": "og at det i en som på er af for med til den har de ikke om et han men var jeg sig fra vi så kan når nu skal "
    "også eller efter havde hun hvad hvordan meget der her alle dette mod blev kun bliver være",
    "pl": "i w na z nie się to że jest jak za po ale od co dla ma są tak przez ten czy już tym tego może być "
    "tylko było jego ich który która które lub przy oraz bardzo mnie mi też gdzie kto",
    "tr": "ve bir bu da de için ile çok ne var o daha ama gibi olarak en kadar değil olan sonra ben sen mi mı her ya "
    "ki şey yok nasıl oldu olduğu diye bana onun tarafından neden kim veya hiç",
    "id": "yang dan di ini itu dengan untuk tidak dari dalam akan pada juga saya ke karena ada mereka sudah kami atau "
    "bisa oleh adalah seperti lebih kita anda sangat telah dia apa banyak hanya saat bagi jika",
    "vi": "và là của có không được cho người những một trong với các này đã để từ khi đến như còn nhưng rất ở tôi về "
    "cũng ra thì phải nhiều vào sẽ bạn đó trên nào làm gì",
}


def scripts(column: pl.Series) -> pl.Series:
    """Return the script that most letters of each text are of, one of `SCRIPTS`; `none` has no letter."""
    return pl.Series(column.name, np.array(SCRIPTS)[_counts(column).argmax(1)], dtype=pl.String)


def language(column: pl.Series) -> pl.Series:
    """Guess the language of each text as an ISO 639-1 code, or `unknown`; only its first `HEAD` characters tell."""
    count_NS = _counts(column)
    script_N = np.array(SCRIPTS)[count_NS.argmax(1)]
    out_N = np.array([OF_SCRIPT.get(s, UNKNOWN) for s in SCRIPTS], dtype=object)[count_NS.argmax(1)]
    kana_N, han_N = (count_NS[:, SCRIPTS.index(s)] for s in ("kana", "han"))
    signs_N = np.isin(script_N, ("han", "kana"))
    out_N[signs_N] = np.where(kana_N >= KANA * (kana_N + han_N), "ja", "zh")[signs_N]
    head = column.cast(pl.String).fill_null("").str.slice(0, HEAD)
    for usual, (other, letters) in LETTERS.items():
        here = np.flatnonzero(out_N == usual)
        out_N[here[head.gather(here).str.contains(letters).to_numpy()]] = other
    latin = np.flatnonzero(script_N == "latin")
    if len(latin):
        out_N[latin] = np.concatenate([_by_words(block) for block in blocks(head.gather(latin))])
    return pl.Series(column.name, out_N, dtype=pl.String)


def _counts(column: pl.Series) -> Array:
    """Count the letters of every script in N texts, int64 [N, SCRIPTS]; `none` is 1 where there are no letters."""
    head = column.cast(pl.String).fill_null("").str.slice(0, HEAD)
    out = np.concatenate([np.zeros((0, len(SCRIPTS)), np.int64), *map(_counted, blocks(head))])
    out[:, 0] = out[:, 1:].sum(1) == 0
    return out


def _counted(texts: pl.Series) -> Array:
    codes = np.frombuffer((texts.str.join("\n")[0] + "\n").encode("utf-32-le"), np.uint32)
    length_N = texts.str.len_chars().to_numpy().astype(np.int64) + 1  # a line feed parts the texts
    script = _script_of()[np.minimum(codes, 0xFFFF)].astype(np.int64)
    place = np.repeat(np.arange(len(texts)) * len(SCRIPTS), length_N) + script
    count_NS = np.bincount(place, minlength=len(texts) * len(SCRIPTS)).reshape(len(texts), len(SCRIPTS))
    count_NS[:, [SCRIPTS.index(s) for s in DENSE]] *= 2
    return count_NS


def _by_words(texts: pl.Series) -> Array:
    """Guess the language of Latin texts: whose short words are the most, where they are enough and clearly more."""
    hashes, weight_WL = _short_words()
    found = words(texts)
    place = np.minimum(np.searchsorted(hashes, found.hashes), len(hashes) - 1)
    hit = np.flatnonzero(hashes[place] == found.hashes)
    count_N = np.diff(found.offsets)
    text = np.repeat(np.arange(len(texts)), count_N)[hit]
    score_LN = np.stack([np.bincount(text, w, len(texts)) for w in weight_WL[place[hit]].T])
    second_N, best_N = np.sort(score_LN, 0)[-2:]
    sure_N = (best_N > second_N) & (best_N >= np.maximum(ENOUGH, SURE * count_N))
    return np.where(sure_N, np.array(list(SHORT_WORDS), dtype=object)[score_LN.argmax(0)], UNKNOWN)


@cache
def _script_of() -> Array:
    """Return the script of every character of the basic plane, as a place in SCRIPTS; 0 = no letter."""
    out = np.array([SCRIPTS.index("other") if chr(c).isalpha() else 0 for c in range(1 << 16)], np.uint8)
    letter = np.array([chr(c).isalpha() for c in range(1 << 16)])
    for script, first, last in RANGES:
        out[first : last + 1] = np.where(letter[first : last + 1], SCRIPTS.index(script), 0)
    out[0xFFFF] = 0  # stands for what is beyond: emoji and rare signs
    return out


@cache
def _short_words() -> tuple[Array, Array]:
    """Return the hashes of all short words, increasing, and how much each speaks for a language, [W, languages]."""
    every = sorted({w for listed in SHORT_WORDS.values() for w in listed.split()})
    own = [set(listed.split()) for listed in SHORT_WORDS.values()]
    weight_WL = np.array([[float(w in o) for o in own] for w in every])
    weight_WL /= np.sqrt(weight_WL.sum(1, keepdims=True))  # what several have says less
    hashes = words(pl.Series(every)).hashes
    order = np.argsort(hashes)
    return hashes[order], weight_WL[order]
