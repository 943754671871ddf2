# The steps of samples/packaging/lilscope.rb without Homebrew, which is not to be
# had everywhere: what its words mean here is below, each does what Homebrew
# says it does, and one that is not here is an error. What depends_on names is
# looked for by pkg-config or as a command; nothing is fetched.
#
#	ruby tests/formula.rb FORMULA TARBALL FOLDER
require "fileutils"
require "pathname"

# What Homebrew's names are called elsewhere.
MODULES = {
  "curl" => "libcurl", "ncurses" => "ncursesw", "pcre2" => "libpcre2-8",
  "libyaml" => "yaml-0.1", "utf8proc" => "libutf8proc", "zstd" => "libzstd"
}.freeze

class Formula
  class << self
    attr_reader :said, :needs, :tested

    %i[desc version url license sha256 homepage].each do |word|
      define_method(word) do |value = nil|
        @said ||= {}
        value ? @said[word] = value : @said.fetch(word)
      end
    end

    def all_of(*names) = { all_of: names }

    def license(value = nil, all_of: nil)
      (@said ||= {})[:license] = value || all_of
    end

    def depends_on(what)
      (@needs ||= []) << what
    end
    alias uses_from_macos depends_on

    def test(&block)
      @tested = block
    end
  end

  attr_reader :prefix, :testpath

  def initialize(folder)
    @prefix = Pathname(folder)/"Cellar"
    @testpath = Pathname(folder)/"test"
    @testpath.mkpath
  end

  def bin = prefix/"bin"
  def lib = prefix/"lib"
  def include = prefix/"include"

  def std_configure_args
    ["--disable-debug", "--disable-dependency-tracking", "--prefix=#{prefix}",
     "--libdir=#{lib}"]
  end

  def system(*words)
    Kernel.system(*words.map(&:to_s)) || abort("formula: #{words.join(" ")}: #{$?}")
  end

  def shell_output(line, status = 0)
    out = `#{line}`
    $?.exitstatus == status || abort("formula: #{line}: #{$?}")
    out
  end

  def assert_match(what, text)
    text.match?(what) || abort("formula: no #{what} in #{text}")
  end
end

formula, tarball, folder = ARGV.map { |path| File.expand_path(path) }
ENV["HOMEBREW_LILSCOPE_TARBALL"] = tarball
load formula
%i[desc version url license].each { |word| Lilscope.said.fetch(word) }
Lilscope.needs.each do |need|
  next if need.is_a?(Symbol)
  name = need.is_a?(Hash) ? need.keys.first : need
  Kernel.system("pkg-config", "--exists", MODULES.fetch(name, name)) ||
    Kernel.system("command -v #{name} >/dev/null") ||
    abort("formula: no #{name} here")
end
path = Lilscope.said[:url].delete_prefix("file://")
path == tarball || abort("formula: #{path} is not #{tarball}")

FileUtils.mkdir_p("#{folder}/build")
Dir.chdir("#{folder}/build")
keg = Lilscope.new(folder)
keg.system("tar", "xf", path, "--strip-components=1")
keg.install
Dir.chdir(keg.testpath)
keg.instance_eval(&Lilscope.tested)
%w[bin/lilscope lib/liblilscope.a include/lilscope.h lib/pkgconfig/lilscope.pc
   share/doc/lilscope/samples/README.md share/man/man1/lilscope.1].each do |file|
  (keg.prefix/file).size? || abort("formula: no #{file} was installed")
end
puts "formula: its steps install, and its test passes"
