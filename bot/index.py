"""The index: from tokens to the phrasings that share them, best first (BM25, in memory)."""

from collections.abc import Iterable, Mapping, Sequence

import tantivy

from bot.text import Tokens

WORDS, PAIRS, SOUNDS = "words", "pairs", "sounds"
_HEAP = 64_000_000  # bytes; enough for 100 000 phrasings in one segment


class Index:
    """Immutable; phrasings are known by their position, 0 first."""

    def __init__(self, phrasings: Sequence[Tokens]) -> None:
        builder = tantivy.SchemaBuilder()
        for field in (WORDS, PAIRS, SOUNDS):
            builder.add_text_field(field, tokenizer_name="tokens", index_option="freq")
        builder.add_integer_field("position", stored=True)
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer("tokens", spaces)
        writer = index.writer(_HEAP, 1)
        for position, tokens in enumerate(phrasings):
            document = tantivy.Document(position=position)
            document.add_text(WORDS, " ".join(tokens.words))
            document.add_text(PAIRS, " ".join(tokens.pairs))
            document.add_text(SOUNDS, " ".join(tokens.sounds))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._index = index
        self._searcher = index.searcher()

    def sharing(self, fields: Mapping[str, Iterable[str]], limit: int) -> list[int]:
        """Return the positions of phrasings that share tokens in any of the fields, best first."""
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, field, token))
            for field, tokens in fields.items()
            for token in set(tokens)
            if token
        ]
        if not terms:
            return []
        query = tantivy.Query.boolean_query(terms)
        hits = self._searcher.search(query, limit, count=False).hits
        return [self._searcher.doc(address)["position"][0] for _score, address in hits]
