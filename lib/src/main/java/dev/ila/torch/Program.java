package dev.ila.torch;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** {@code program.py} as TorchScript: packed into an archive in memory, loaded, called by name. */
final class Program implements AutoCloseable {
    /** An object of class {@code __torch__.M} with {@code training} set, in Python's pickle. */
    private static final byte[] OBJECT =
            latin("\u0080\u0002c__torch__\nM\n)\u0081}(X\u0008\u0000\u0000\u0000training\u0088ub.");

    private static final byte[] EMPTY_TUPLE = latin("\u0080\u0002).");

    private final Model model;
    private final ParameterStore none;

    Program(Compute compute) {
        model = Model.newInstance("core", compute.djl(), "PyTorch");
        try (InputStream source = Program.class.getResourceAsStream("program.py")) {
            model.load(new ByteArrayInputStream(archive(source.readAllBytes())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MalformedModelException e) {
            throw new IllegalStateException("program.py could not be loaded: " + e.getMessage(), e);
        }
        none = new ParameterStore(model.getNDManager(), false);
    }

    /** The manager that lives as long as the program. */
    NDManager manager() {
        return model.getNDManager();
    }

    /** Calls a method; the arguments stand in its order. The result belongs to {@code step}. */
    NDArray call(NDManager step, String method, Arguments arguments) {
        NDArray tag = step.create(0f);
        tag.setName("module_method:" + method);
        NDList list = new NDList(arguments.list.size() + 1);
        list.add(tag);
        list.addAll(arguments.list);
        return model.getBlock().forward(none, list, true).singletonOrThrow();
    }

    /** Zeros in f32, [size], that live as long as the program. */
    NDArray zeros(int size) {
        try (NDManager step = manager().newSubManager()) {
            Arguments a = new Arguments().add(step.create(0f)).add(longs(step, size));
            NDArray x = call(step, "vector_make", a);
            x.attach(manager());
            return x;
        }
    }

    /** Zeros of one of PyTorch's types, [rows, columns], that live as long as the program. */
    NDArray zeros(int type, int rows, int columns) {
        try (NDManager step = manager().newSubManager()) {
            NDArray meta = longs(step, type, rows, columns);
            Arguments a = new Arguments().add(step.create(0f)).add(meta);
            NDArray x = call(step, "weight_make", a);
            x.attach(manager());
            return x;
        }
    }

    /** The room that steps share, empty, as {@code program.py} says. */
    List<NDArray> space(Compute compute) {
        int kept = compute.precision().code();
        int f32 = Precision.F32.code();
        return IntStream.of(kept, f32, f32, compute.products().code(), kept, f32)
                .mapToObj(type -> zeros(type, 1, 1))
                .toList();
    }

    /** Tensors that are alive, of all kinds. */
    int liveArrays() {
        NDManager root = manager();
        while (root.getParentManager() != null && root.getParentManager() != root) {
            root = root.getParentManager();
        }
        return root.getManagedArrays().size();
    }

    @Override
    public void close() {
        model.close();
    }

    /** Whole numbers, on the CPU. */
    static NDArray longs(NDManager step, long... x) {
        return onCpu(step).create(x);
    }

    /** Numbers in f64, on the CPU. */
    static NDArray doubles(NDManager step, double... x) {
        return onCpu(step).create(x);
    }

    private static NDManager onCpu(NDManager step) {
        return step.getDevice().isGpu() ? step.newSubManager(Device.cpu()) : step;
    }

    /** Arguments of one call. */
    static final class Arguments {
        private final NDList list = new NDList();

        /** Adds a tensor. */
        Arguments add(NDArray x) {
            x.setName("x" + list.size());
            list.add(x);
            return this;
        }

        /** Adds a {@code List[Tensor]}; not empty. */
        Arguments add(List<NDArray> xs) {
            String name = "x" + list.size() + "[]";
            for (NDArray x : xs) {
                x.setName(name);
                list.add(x);
            }
            return this;
        }
    }

    private static byte[] archive(byte[] source) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            store(zip, "k/data.pkl", OBJECT);
            store(zip, "k/code/__torch__.py", source);
            store(zip, "k/constants.pkl", EMPTY_TUPLE);
            // Of the archive, by which PyTorch takes operators as they were: GeLU's approximation
            // is
            // there from 10 on.
            store(zip, "k/version", latin("10\n"));
        }
        return out.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private static byte[] latin(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }
}
