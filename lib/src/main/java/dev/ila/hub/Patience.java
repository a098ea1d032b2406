package dev.ila.hub;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a server is waited for.
 *
 * @param pause after the first try that failed; doubled after each that follows
 * @param longest pause; a server that wants a longer one is not waited for
 * @param silence after which a connection counts as cut
 * @param tries in a row that get no further
 */
record Patience(Duration pause, Duration longest, Duration silence, int tries) {
    static final Patience DEFAULT =
            new Patience(Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofSeconds(30), 5);

    Patience tries(int most) {
        return new Patience(pause, longest, silence, most);
    }

    /** The tries of one request or of one file. */
    final class Tries {
        private int failed;

        /** The last try got further. */
        void progress() {
            failed = 0;
        }

        /**
         * Waits before the next try.
         *
         * @param why thrown if there is none
         * @param wish how long the server wants to be left alone
         */
        void failed(RuntimeException why, Optional<Duration> wish) throws InterruptedException {
            failed++;
            Duration own = pause.multipliedBy(1L << (failed - 1));
            Duration wait = wish.filter(w -> w.compareTo(own) > 0).orElse(own);
            if (failed >= tries || wait.compareTo(longest) > 0) {
                throw why;
            }
            Thread.sleep(wait.toMillis());
        }
    }
}
