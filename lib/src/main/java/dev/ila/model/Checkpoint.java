package dev.ila.model;

import dev.ila.run.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Hugging Face model directory: {@code config.json} and safetensors, whole or sharded. Opening
 * checks that every tensor of the network is there with the right shape; no weight is read.
 */
public final class Checkpoint {
    private static final String CONFIG = "config.json";
    private final Path directory;
    private final Architecture architecture;
    private final CheckpointFiles files;
    private final LlamaTensors parts;

    private Checkpoint(Path directory, Architecture a, CheckpointFiles files, LlamaTensors parts) {
        this.directory = directory;
        this.architecture = a;
        this.files = files;
        this.parts = parts;
    }

    /**
     * Reads the configuration and the headers.
     *
     * @throws java.io.UncheckedIOException if a file is missing, broken or of an architecture that
     *     is not supported
     */
    public static Checkpoint open(Path directory) {
        Path config = FileCheck.exists(directory.resolve(CONFIG), "of a Hugging Face directory");
        Architecture architecture = LlamaConfig.architecture(JsonFile.read(config));
        CheckpointFiles files = CheckpointFiles.open(directory);
        LlamaTensors parts = LlamaTensors.find(directory, architecture, files.tensors());
        return new Checkpoint(directory, architecture, files, parts);
    }

    /** Where it is. */
    public Path directory() {
        return directory;
    }

    /** Its numbers. */
    public Architecture architecture() {
        return architecture;
    }

    /**
     * The linear layers of the blocks, in the order in which they run; the head is not among them.
     */
    public List<LinearLayer> layers() {
        return parts.layers();
    }

    /** All tensors by name, those that the network does not use too. */
    public Map<String, StoredTensor> tensors() {
        return files.tensors();
    }

    /** The matrix of a linear layer, [outputs, inputs]. */
    public StoredTensor weight(LinearLayer layer) {
        return parts.weights().get(layer.index());
    }

    /** The numbers of a linear layer, [outputs][inputs]. */
    public double[][] matrix(LinearLayer layer) {
        float[] flat = weight(layer).floats();
        double[][] out = new double[layer.outputs()][layer.inputs()];
        for (int i = 0; i < flat.length; i++) {
            out[i / layer.inputs()][i % layer.inputs()] = flat[i];
        }
        return out;
    }

    /** The embedding, [vocabulary, hidden]. */
    public StoredTensor embedding() {
        return parts.embedding();
    }

    /** The weight of the last RMSNorm, [hidden]. */
    public StoredTensor finalNorm() {
        return parts.finalNorm();
    }

    /** The head, [vocabulary, hidden]; none if it is the embedding. */
    public Optional<StoredTensor> head() {
        return architecture.tiedHead() ? Optional.empty() : Optional.of(parts.head());
    }

    /**
     * A block's RMSNorm weights, each [hidden]: before attention, before the feed-forward part, and
     * where the family has them after attention and after the feed-forward part.
     */
    public List<StoredTensor> norms(int block) {
        return parts.norms().get(block);
    }

    /** Norms of a block's heads of q and of k, each [headSize], where the family has them. */
    public List<StoredTensor> headNorms(int block) {
        return parts.headNorms().get(block);
    }

    /** A block's biases of q, k and v, each [outputs], where the family has them. */
    public List<StoredTensor> biases(int block) {
        return parts.biases().get(block);
    }

    /**
     * SHA-256, in hexadecimal, of the configuration and of each weights file's name, length and
     * header. Cheap; two models that differ in their weights' values alone have the same.
     */
    public String fingerprint() {
        try {
            String config = Files.readString(directory.resolve(CONFIG));
            return Hash.sha256((config + "\n" + files.headers()).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw FileCheck.unreadable(directory.resolve(CONFIG), e);
        }
    }

    /**
     * SHA-256 of the weights, in hexadecimal; reads all of them. For one file its own, as {@code
     * sha256sum} prints it; for shards that of the lines {@code hash name} in the order of names.
     */
    public String sha256() {
        return files.sha256();
    }
}
