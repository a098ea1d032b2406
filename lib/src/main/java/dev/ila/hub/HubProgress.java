package dev.ila.hub;

/** Is told how far a download is. */
@FunctionalInterface
public interface HubProgress {
    /** Tells nobody. */
    HubProgress SILENT = (file, done, total) -> {};

    /**
     * A file's bytes so far: at its start, about ten times a second, and at its end.
     *
     * @param file its path in the repository
     * @param done bytes that are here, with those of an earlier try
     * @param total bytes of the whole file; -1 if the hub does not say
     */
    void at(String file, long done, long total);
}
