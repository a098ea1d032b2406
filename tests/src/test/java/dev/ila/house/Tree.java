package dev.ila.house;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The checkout's files, as paths from its root with forward slashes. */
final class Tree {
    /** The checkout's root: the tests run in its folder {@code tests}. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** What Git ignores, and Git's own. */
    private static final Set<String> IGNORED =
            Set.of(".git", "target", "runs", ".venv", "__pycache__", ".ipynb_checkpoints");

    private Tree() {}

    /** Returns all files below {@code folder} whose names end with {@code end}, sorted. */
    static List<String> files(String folder, String end) throws IOException {
        List<String> found = new ArrayList<>();
        Path start = ROOT.resolve(folder);
        if (!Files.isDirectory(start)) {
            return found;
        }
        Files.walkFileTree(
                start,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
                        return IGNORED.contains(dir.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                        if (file.toString().endsWith(end)) {
                            found.add(ROOT.relativize(file).toString().replace('\\', '/'));
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        found.sort(null);
        return found;
    }

    /** Returns the text of one file. Bytes that are not UTF-8 become replacement characters. */
    static String text(String file) throws IOException {
        return new String(Files.readAllBytes(ROOT.resolve(file)), StandardCharsets.UTF_8);
    }

    /** Returns the lines of one file. */
    static List<String> lines(String file) throws IOException {
        return text(file).lines().toList();
    }
}
