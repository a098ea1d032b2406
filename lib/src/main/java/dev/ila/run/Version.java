package dev.ila.run;

/** The library's version. */
public final class Version {
    // A constant: the sources also run uncompiled by Maven, where no resource is filtered. A test
    // holds it equal to the pom's.
    private static final String CURRENT = "0.1.0-SNAPSHOT";

    private Version() {}

    /** As in the pom, as {@code 0.1.0}. */
    public static String current() {
        return CURRENT;
    }
}
