// SPDX-License-Identifier: Apache-2.0
// Layout as Terraform prints it (checklist H7): tools and eyes are trained on it. Foreign text is made
// printable first, so that no provider or file can steer the terminal.
#include "diag/render.h"

#include <algorithm>

#include "base/format.h"
#include "base/strings.h"

namespace terrace::diag {

namespace {
constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kUnderline = "\x1b[4m";
constexpr std::string_view kGrey = "\x1b[90m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";

/// The source lines a diagnostic shows and which bytes of them are the culprit.
struct Snippet {
  std::string_view code;
  std::uint32_t start_line = 1;
  std::size_t highlight_begin = 0, highlight_end = 0;
};

Snippet snippet_of(const Diagnostic& diagnostic, const SourceFiles& sources) {
  const SourceRange subject = *diagnostic.subject;
  const std::string_view text = sources.text(subject.file);
  SourceRange shown = subject;
  if (diagnostic.context && diagnostic.context->file == subject.file) {
    shown.begin = std::min(subject.begin, diagnostic.context->begin);
    shown.end = std::max(subject.end, diagnostic.context->end);
  }
  Snippet snippet;
  std::uint32_t code_begin = 0;
  sources.line_at(subject.file, shown.begin, &code_begin);
  // An end just after a newline does not pull the next line in.
  std::uint32_t last = std::max(shown.begin, shown.end > shown.begin ? shown.end - 1 : shown.end);
  last = std::min<std::uint32_t>(last, static_cast<std::uint32_t>(text.size()));
  std::uint32_t last_begin = 0;
  const std::string_view last_line = sources.line_at(subject.file, last, &last_begin);
  const std::size_t code_end = std::max<std::size_t>(last_begin + last_line.size(), code_begin);
  snippet.code = text.substr(code_begin, code_end - code_begin);
  snippet.start_line = sources.locate(subject.file, shown.begin).line;
  auto clamp = [&](std::uint32_t at) {
    return std::min<std::size_t>(at < code_begin ? 0 : at - code_begin, snippet.code.size());
  };
  snippet.highlight_begin = clamp(subject.begin);
  snippet.highlight_end = std::max(snippet.highlight_begin, clamp(std::max(subject.end, subject.begin + 1)));
  return snippet;
}

std::string block_of(const Diagnostic& diagnostic, const SourceFiles& sources) {
  if (!diagnostic.block.empty()) return diagnostic.block;
  // The block's own header is not "in" the block: look at the byte before the culprit.
  const SourceRange subject = *diagnostic.subject;
  return subject.begin == 0 ? std::string() : sources.block_at(subject.file, subject.begin - 1);
}

std::string_view summary_of(const Diagnostic& diagnostic) {
  return diagnostic.summary.empty() ? code_summary(diagnostic.code) : std::string_view(diagnostic.summary);
}

/// Breaks at spaces; a word longer than the width keeps a line to itself.
void append_wrapped(std::string& out, std::string_view line, std::size_t width) {
  std::size_t column = 0;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t word_end = line.find(' ', at);
    if (word_end == at) {
      word_end = line.find_first_not_of(' ', at);
      if (word_end == std::string_view::npos) word_end = line.size();
      // A run of spaces is kept inside a line and swallowed at a break.
      const std::size_t spaces = word_end - at;
      std::size_t next_end = line.find(' ', word_end);
      if (next_end == std::string_view::npos) next_end = line.size();
      const std::size_t next = base::grapheme_count(line.substr(word_end, next_end - word_end));
      if (column > 0 && column + spaces + next > width) {
        out += '\n';
        column = 0;
      } else {
        out.append(spaces, ' ');
        column += spaces;
      }
      at = word_end;
      continue;
    }
    if (word_end == std::string_view::npos) word_end = line.size();
    const std::string_view word = line.substr(at, word_end - at);
    out += word;
    column += base::grapheme_count(word);
    at = word_end;
  }
}

class Renderer {
 public:
  Renderer(const Diagnostic& diagnostic, const SourceFiles& sources, const RenderStyle& style)
      : diagnostic_(diagnostic), sources_(sources), style_(style) {}

  std::string run() {
    title();
    if (!diagnostic_.address.empty() || diagnostic_.subject) place();
    detail();
    return style_.color ? boxed() : '\n' + body_;
  }

 private:
  std::string_view color() const { return diagnostic_.severity == Severity::error ? kRed : kYellow; }
  std::string paint(std::string_view code, std::string_view text) const {
    if (!style_.color || text.empty()) return std::string(text);
    return format("{}{}{}", code, text, kReset);
  }
  void title() {
    const bool is_error = diagnostic_.severity == Severity::error;
    body_ += paint(is_error ? "\x1b[1m\x1b[31m" : "\x1b[1m\x1b[33m", is_error ? "Error: " : "Warning: ");
    body_ += paint(kBold, base::printable(summary_of(diagnostic_)));
    body_ += "\n\n";
  }
  void place() {
    if (!diagnostic_.address.empty()) body_ += format("  with {},\n", base::printable(diagnostic_.address));
    if (diagnostic_.subject) {
      const SourceRange subject = *diagnostic_.subject;
      const std::string block = block_of(diagnostic_, sources_);
      body_ += format("  on {} line {}{}{}:\n", base::printable(sources_.name(subject.file)),
                      sources_.locate(subject.file, subject.begin).line, block.empty() ? "" : ", in ",
                      base::printable(block));
      code(snippet_of(diagnostic_, sources_));
      hints();
    }
    body_ += '\n';
  }
  void code(const Snippet& snippet) {
    std::uint32_t line = snippet.start_line;
    std::size_t at = 0;
    while (true) {
      std::size_t end = snippet.code.find('\n', at);
      const bool last = end == std::string_view::npos;
      if (last) end = snippet.code.size();
      std::size_t shown_end = end;
      if (shown_end > at && snippet.code[shown_end - 1] == '\r') --shown_end;
      const std::size_t begin_mark = std::clamp(snippet.highlight_begin, at, shown_end);
      const std::size_t end_mark = std::clamp(snippet.highlight_end, at, shown_end);
      body_ += format("{:>4}: ", line++);
      body_ += base::printable(snippet.code.substr(at, begin_mark - at));
      body_ += paint(kUnderline, base::printable(snippet.code.substr(begin_mark, end_mark - begin_mark)));
      body_ += base::printable(snippet.code.substr(end_mark, shown_end - end_mark));
      body_ += '\n';
      if (last) return;
      at = end + 1;
    }
  }
  void hints() {
    if (diagnostic_.values.empty() && diagnostic_.call.empty()) return;
    const std::string rule = "    " + paint(kGrey, "│") + ' ';
    body_ += "    " + paint(kGrey, "├────────────────") + '\n';
    if (!diagnostic_.call.empty()) {
      const std::string call = base::printable(diagnostic_.call);
      const std::size_t name_end = std::min(call.find('('), call.size());
      body_ += rule + "while calling " + paint(kBold, call.substr(0, name_end)) + call.substr(name_end) + '\n';
    }
    for (const ValueHint& hint : diagnostic_.values) {
      body_ += rule + paint(kBold, base::printable(hint.traversal)) + ' ' + base::printable(hint.statement) + '\n';
    }
  }
  void detail() {
    if (diagnostic_.detail.empty()) {
      // The blank line before the detail has nothing to separate.
      while (body_.ends_with("\n\n")) body_.pop_back();
      return;
    }
    const std::string text = base::printable(diagnostic_.detail);
    // The box takes two columns, plain text keeps one free.
    const int taken = style_.color ? 2 : 1;
    const std::size_t width = style_.width > taken ? static_cast<std::size_t>(style_.width - taken) : 0;
    for (std::string_view line : base::split(text, '\n')) {
      // Indented lines are samples of code or output: left as they are.
      if (width == 0 || line.starts_with(' ')) {
        body_ += line;
      } else {
        append_wrapped(body_, line, width);
      }
      body_ += '\n';
    }
  }
  std::string boxed() const {
    std::string out = paint(color(), "╷") + '\n';
    std::string_view rest = body_;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      out += paint(color(), "│") + ' ';
      out += rest.substr(0, end);
      out += '\n';
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    return out + paint(color(), "╵") + '\n';
  }

  const Diagnostic& diagnostic_;
  const SourceFiles& sources_;
  const RenderStyle& style_;
  std::string body_;
};

void write_position(JsonWriter& out, std::string_view key, const Position& position) {
  out.key(key).begin_object();
  out.member("line", static_cast<std::int64_t>(position.line));
  out.member("column", static_cast<std::int64_t>(position.column));
  out.member("byte", static_cast<std::int64_t>(position.byte));
  out.end_object();
}
}  // namespace

std::string render(const Diagnostic& diagnostic, const SourceFiles& sources, const RenderStyle& style) {
  return Renderer(diagnostic, sources, style).run();
}

void write_json(JsonWriter& out, const Diagnostic& diagnostic, const SourceFiles& sources) {
  out.begin_object();
  out.member("severity", diagnostic.severity == Severity::error ? "error" : "warning");
  out.member("summary", summary_of(diagnostic));
  out.member("detail", std::string_view(diagnostic.detail));
  if (!diagnostic.address.empty()) out.member("address", std::string_view(diagnostic.address));
  if (diagnostic.subject) {
    const SourceRange subject = *diagnostic.subject;
    Position begin = sources.locate(subject.file, subject.begin);
    Position end = sources.locate(subject.file, subject.end);
    // An empty range would highlight nothing in an editor: one column, as Terraform does.
    if (subject.end <= subject.begin) {
      end = begin;
      ++end.column;
      ++end.byte;
    }
    out.key("range").begin_object();
    out.member("filename", sources.name(subject.file));
    write_position(out, "start", begin);
    write_position(out, "end", end);
    out.end_object();
    const Snippet snippet = snippet_of(diagnostic, sources);
    const std::string block = block_of(diagnostic, sources);
    out.key("snippet").begin_object();
    out.key("context");
    if (block.empty()) {
      out.null();
    } else {
      out.string(block);
    }
    out.member("code", snippet.code);
    out.member("start_line", static_cast<std::int64_t>(snippet.start_line));
    out.member("highlight_start_offset", static_cast<std::int64_t>(snippet.highlight_begin));
    out.member("highlight_end_offset", static_cast<std::int64_t>(snippet.highlight_end));
    out.key("values").begin_array();
    for (const ValueHint& hint : diagnostic.values) {
      out.begin_object();
      out.member("traversal", std::string_view(hint.traversal));
      out.member("statement", std::string_view(hint.statement));
      out.end_object();
    }
    out.end_array();
    if (!diagnostic.call.empty()) {
      const std::string_view call = diagnostic.call;
      out.key("function_call").begin_object();
      out.member("name", call.substr(0, call.find('(')));
      out.end_object();
    }
    out.end_object();
  }
  out.end_object();
}

}  // namespace terrace::diag
