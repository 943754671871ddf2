/* What the terms mean: a row each, in the order of the screens. */
#include "view/glossary.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *term, *means;
} rows[] = {
	{ "rho", "the length of the text's LZ77 code, in symbols of code per "
		 "symbol of text: a text of noise has 1 or more, one that only "
		 "repeats nears 0. A mean over everything so far." },
	{ "eps", "the width of the band below rho; it depends on Ls and the "
		 "alphabet alone, and shrinks as Ls grows." },
	{ "band", "from rho - eps to rho: where h lies by the theorem. One "
		  "that holds 0 is VACUOUS: it says nothing." },
	{ "VACUOUS", "the lower edge of the band is not above 0: the band "
		     "excludes nothing." },
	{ "ASYMPTOTIC", "the band holds for texts that are longer than this "
			"one; here it is a picture, not a proof." },
	{ "PROVEN", "the text is long enough for the theorem: h must lie in "
		    "the band." },
	{ "UNDERSAMPLED", "nearly every piece of the text was seen only once, "
			  "so h tells how long it is and no more." },
	{ "OUT-LOW", "h lies below the band: the text is too short to have "
		     "room for enough different pieces." },
	{ "told", "bytes that the text so far takes if what was there before "
		  "is only pointed at: it climbs with what is new, and is "
		  "flat where all is copied." },
	{ "h", "growth of distinct substrings: the logarithm of how many of a "
	       "length the text has, per symbol. It is no Shannon entropy." },
	{ "H", "an estimate of the entropy rate, from how the longest copies "
	       "grow; after it twice its standard error." },
	{ "Ls", "how long a word of the code behind rho may be at most, in "
		"symbols." },
	{ "phrase", "a step of the LZ77 parse: the longest copy of something "
		    "said before, or a literal." },
	{ "literal", "a symbol that was never said before." },
	{ "gain", "bytes of new information: by how much the compressed text "
		  "grew in the last f tokens." },
	{ "t", "the threshold: a gain below so many bytes is as good as "
	       "nothing new. t and T tune it." },
	{ "f", "tokens between two looks of the rule; f and F tune it." },
	{ "patience", "low gains in a row that the rule waits for." },
	{ "Lil", "where the rule fired: the last token with new "
		 "information." },
	{ "TTFT", "time to the first token." },
	{ "TBT", "time between two tokens, in the mean." },
	{ "JCT", "time of the whole job: TTFT + the tokens after it x TBT." },
	{ "KV", "keys and values, what attention keeps of each token; their "
		"bytes are the cache." },
	{ "page", "16 slots of the KV cache of a head: what a policy reads or "
		  "drops at once." },
	{ "budget", "tokens that a sparse policy may read in a step." },
	{ "policy", "which tokens sparse attention reads, and which it "
		    "keeps." },
	{ "odds", "how likely a stop like this one is a false one, at most; "
		  "only rules that count it have odds." },
};

const char *glossary_term(size_t i)
{
	return i < ARRAY_LEN(rows) ? rows[i].term : NULL;
}

const char *glossary_means(const char *term)
{
	const char *near = NULL;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].term, term) == 0)
			return rows[i].means;
		if (!near && strcasecmp(rows[i].term, term) == 0)
			near = rows[i].means;
	}
	return near;
}
