# A formula for Homebrew, to be put into a tap of one's own; url and sha256 are
# those of the tarball that `make dist` made:
#
#	brew install --build-from-source ./lilscope.rb
class Lilscope < Formula
  desc "See where a language model's output stops telling anything new"
  version "0.1.0"
  url "file://#{ENV.fetch("LILSCOPE_TARBALL", "lilscope-0.1.0.tar.xz")}"
  license all_of: ["MIT", "Apache-2.0"]

  depends_on "pkg-config" => :build
  depends_on "curl"
  depends_on "libmicrohttpd"
  depends_on "ncurses"
  depends_on "pcre2"
  depends_on "utf8proc"
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
