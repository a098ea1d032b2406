package dev.ila.view;

import dev.ila.run.AtomicFiles;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.knowm.xchart.internal.chartpart.IChart;
import tech.tablesaw.api.Table;

/** A page of HTML that needs nothing else. */
final class Page {
    private static final String STYLE =
            "body{font:15px/1.5 sans-serif;max-width:75em;margin:2em auto;padding:0 1em;color:#222}"
                    + "table{border-collapse:collapse;margin:1em 0;font-size:13px}"
                    + "caption{font-weight:bold}"
                    + "td,th{padding:2px 10px;border-bottom:1px solid #ddd;vertical-align:top}td:first-child{white-space:nowrap}"
                    + "img{max-width:100%}pre{background:#f5f5f5;padding:1em;overflow:auto}";

    private final StringBuilder page = new StringBuilder();

    Page(String title) {
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
        page.append(Tables.escaped(title)).append("</title><style>").append(STYLE);
        page.append("</style></head><body>\n<h1>");
        page.append(Tables.escaped(title)).append("</h1>\n");
    }

    /** The command that makes it again. */
    Page command(String command) {
        page.append("<p>Made again by</p>\n<pre>").append(Tables.escaped(command));
        page.append("</pre>\n");
        return this;
    }

    Page heading(String text) {
        page.append("<h2>").append(Tables.escaped(text)).append("</h2>\n");
        return this;
    }

    Page list(List<String> sentences) {
        page.append("<ul>");
        sentences.forEach(s -> page.append("<li>").append(Tables.escaped(s)).append("</li>\n"));
        page.append("</ul>\n");
        return this;
    }

    Page table(Table table) {
        page.append(Tables.html(table));
        return this;
    }

    Page picture(String name, IChart chart) {
        String png = Base64.getEncoder().encodeToString(SmallPng.of(chart));
        page.append("<p><img alt=\"").append(Tables.escaped(name));
        page.append("\" src=\"data:image/png;base64,").append(png).append("\"></p>\n");
        return this;
    }

    void write(Path file) {
        AtomicFiles.write(file, page + "</body></html>\n");
    }
}
