package dev.ila.torch;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;

/**
 * PyTorch's engine in this process: started once, with one thread count, without a word outside.
 */
public final class Torch {
    private static int started;

    private Torch() {}

    /**
     * Starts the engine, or does nothing when it runs already.
     *
     * @param threads CPU threads within an operation
     * @throws IllegalStateException if it runs with another number of threads
     */
    public static synchronized void start(int threads) {
        if (started == threads) {
            return;
        }
        if (started != 0) {
            throw new IllegalStateException(
                    "threads must be "
                            + started
                            + ", with which PyTorch runs in this process, but is: "
                            + threads);
        }
        // The optimiser rewrites the program after its first calls: other bits than before (see
        // ARCHITECTURE.md). OPT_OUT_TRACKING: DJL asks a cloud's metadata address otherwise.
        System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("OPT_OUT_TRACKING", "true");
        Engine.getEngine("PyTorch");
        started = threads;
    }

    /**
     * Does some work while PyTorch records each of its operations.
     *
     * @param trace file for the record, in the form of Chrome's tracing: times in microseconds
     */
    public static void profile(Path trace, Runnable work) {
        // Without shapes of inputs: keeping them keeps the inputs, and the work takes twice the
        // time.
        JniUtils.startProfile(false, false, false);
        try {
            work.run();
        } finally {
            JniUtils.stopProfile(trace.toString());
        }
    }

    /** PyTorch's version, as {@code 2.7.1}. */
    public static String version() {
        return Engine.getEngine("PyTorch").getVersion();
    }
}
