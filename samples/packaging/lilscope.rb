# A formula for Homebrew on Linux, from the tarball that `make dist` made (url and
# sha256 are those of a release, where there is one). In a tap of one's own:
#
#	brew tap-new me/tools
#	cp lilscope.rb "$(brew --repository me/tools)/Formula"
#	HOMEBREW_LILSCOPE_TARBALL=$PWD/lilscope-0.1.0.tar.xz \
#		brew install --build-from-source me/tools/lilscope
#
# Its steps are run by `make check-formula`, without Homebrew itself.
class Lilscope < Formula
  desc "See where a language model's output stops telling anything new"
  version "0.1.0"
  url "file://#{File.expand_path(ENV.fetch("HOMEBREW_LILSCOPE_TARBALL",
                                           "lilscope-0.1.0.tar.xz"))}"
  license all_of: ["MIT", "Apache-2.0"]

  depends_on "pkgconf" => :build
  depends_on "curl"
  depends_on "libmicrohttpd"
  depends_on "libyaml"
  depends_on :linux
  depends_on "ncurses"
  depends_on "pcre2"
  depends_on "utf8proc"
  depends_on "zlib"
  depends_on "zstd"

  def install
    system "./configure", *std_configure_args
    system "make", "install"
  end

  test do
    (testpath/"loop.txt").write "the same words again. " * 2000
    assert_match "loop.txt", shell_output("#{bin}/lilscope analyze loop.txt")
    system bin/"lilscope", "selftest"
  end
end
