/*
 * peer_kkp FILE... - the phrases of each file by public code: libsais and the
 * KKP2n of Kempa's text_to_lz, which bench-analyze compiles with this from the
 * folders LIBSAIS and KKP. Prints their number.
 */
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include "compute_lz77.hpp"
#include "libsais.h"

static std::vector<std::uint8_t> read(const char *path)
{
	std::vector<std::uint8_t> text;
	std::FILE *file = std::fopen(path, "rb");

	if (!file)
		return text;
	std::fseek(file, 0, SEEK_END);
	text.resize((std::size_t)std::ftell(file));
	std::rewind(file);
	text.resize(std::fread(text.data(), 1, text.size(), file));
	std::fclose(file);
	return text;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		std::vector<std::uint8_t> text = read(argv[i]);
		std::vector<std::int32_t> order(text.size());
		std::vector<std::pair<std::int32_t, std::int32_t> > phrases;

		if (text.empty() ||
		    libsais(text.data(), order.data(),
			    (std::int32_t)text.size(), 0, nullptr))
			return 1;
		lz77::kkp2n(text.data(), text.size(), order.data(),
				    phrases);
		std::printf("%zu\n", phrases.size());
	}
	return 0;
}
