package dev.ila.cli;

import java.io.Console;
import java.io.PrintStream;

/** Tells a person how far a long piece of work is. */
public interface Progress extends AutoCloseable {
    /**
     * Begins a piece of work, and ends the one before.
     *
     * @param name as {@code stage 1}
     * @param done steps that were done before, in a run that is resumed
     * @param steps of the whole piece, with those
     */
    void stage(String name, long done, long steps);

    /** Begins a piece of work at its first step. */
    default void stage(String name, long steps) {
        stage(name, 0, steps);
    }

    /**
     * Tells how far the piece is.
     *
     * @param done steps so far
     * @param loss of the last step, in nats
     * @param tokensPerSecond real tokens, padding left out
     */
    void step(long done, double loss, double tokensPerSecond);

    /** Tells how far a piece is that has no loss to show. */
    void count(long done);

    /** Shows a line of its own. */
    void note(String line);

    /** Ends the last piece of work. */
    @Override
    void close();

    /**
     * Whether a person sees what is printed. From Java 22 on there is a console without a terminal
     * too, which has a method to say so.
     */
    static boolean onTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Progress on a stream, as a bar where a person sees it. */
    static Progress to(PrintStream out) {
        return of(out, onTerminal());
    }

    /**
     * Progress on a stream.
     *
     * @param terminal whether it is one that can redraw a line: then a bar, else a line now and
     *     then
     */
    static Progress of(PrintStream out, boolean terminal) {
        return terminal ? new BarProgress(out) : new PlainProgress(out, System::nanoTime);
    }
}
