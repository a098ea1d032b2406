package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.torch.Compute;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Precision;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private static final Dimensions SIZES = new Dimensions(4, 64, 192, 1000, 4, 2, 16, true);
    private static final Memory.Trained LORA = trained(32, 40_000, true);

    @Test
    void bf16HalvesWeightsAndActivations() {
        Memory f32 = memory(Precision.F32, false, 100);
        Memory bf16 = memory(Precision.BF16, false, 100);
        assertEquals(f32.weights(), 2 * bf16.weights());
        assertEquals(f32.activations(), 2 * bf16.activations());
        assertEquals(f32.change(), bf16.change());
        assertTrue(bf16.total() < f32.total());
    }

    @Test
    void whatDoesNotFitSaysWhatToChange() {
        Memory m = memory(Precision.F32, false, 100);
        assertEquals(Optional.empty(), m.tooMuch(m.total(), compute(Precision.F32, false), 8));
        String less = m.tooMuch(m.total() - 1, compute(Precision.F32, false), 8).orElseThrow();
        assertTrue(
                less.matches(
                        "a step may need 0\\.\\d GB of memory, and 0\\.\\d GB are there; it takes less"
                                + " with a lower --micro-batch or --recompute or --precision bf16"
                                + " or nf4"),
                less);
        String least = m.tooMuch(1, compute(Precision.NF4, true), 1).orElseThrow();
        assertTrue(least.endsWith("; it takes less with a lower --max-length"), least);
    }

    /** Llama-3.1-8B: by count; no GPU has run it. */
    @Test
    void asSevenToEightBillionParametersFitIn24GbInNf4AndIn40GbInBf16() {
        Dimensions d = new Dimensions(32, 4096, 14336, 128256, 32, 8, 128, false);
        long numbers = 0;
        for (int i = 0; i < d.layers(); i++) {
            numbers += 8L * (d.inputs(i % 7) + d.outputs(i % 7));
        }
        Memory.Trained lora = new Memory.Trained(Collections.nCopies(d.layers(), 8), numbers, true);
        Memory nf4 = Memory.of(d, cuda(Precision.NF4), lora, 4, 2048);
        Memory bf16 = Memory.of(d, cuda(Precision.BF16), lora, 4, 2048);
        long embeddings = 2L * 2 * 128256 * 4096;
        assertEquals(6_979_321_856L * 9 / 16 + embeddings + 2 * 65 * 4096, nf4.weights());
        assertTrue(nf4.total() < 24e9 && nf4.total() > 10e9, nf4.toString());
        assertTrue(bf16.total() < 40e9 && bf16.total() > 20e9, bf16.toString());
    }

    private static Compute cuda(Precision precision) {
        return new Compute("cuda", precision, 1, true);
    }

    @Test
    void recomputationTakesLess() {
        Memory kept = memory(Precision.F32, false, 100);
        Memory again = memory(Precision.F32, true, 100);
        assertTrue(again.activations() < kept.activations(), again + " < " + kept);
        assertEquals(kept.weights(), again.weights());
    }

    @Test
    void activationsGrowWithTheTokensNotWithTheirSquare() {
        long once = memory(Precision.F32, false, 1000).activations();
        long twice = memory(Precision.F32, false, 2000).activations();
        assertEquals(2 * once, twice);
        long rows = Memory.of(SIZES, compute(Precision.F32, false), LORA, 16, 1000).activations();
        assertEquals(2 * once, rows);
    }

    @Test
    void aChangeThatIsThereTakesItsNumbersAlone() {
        Memory.Trained there = trained(8, 40_000, false);
        Memory memory = Memory.of(SIZES, compute(Precision.F32, false), there, 8, 100);
        assertEquals(4 * 40_000, memory.change());
        assertEquals(5 * 4 * 40_000, memory(Precision.F32, false, 100).change());
    }

    @Test
    void withoutLoraTheWeightsAreTheModels() {
        Memory.Trained full = trained(0, 1_000, true);
        Memory memory = Memory.of(SIZES, compute(Precision.BF16, false), full, 8, 100);
        long block = 64 * 64 + 2 * 32 * 64 + 64 * 64 + 3 * 64 * 192;
        assertEquals(2 * (1000 * 64 + 64 + 4 * (block + 2 * 64)), memory.weights());
    }

    @Test
    void aBatchWithoutTokensIsRefused() {
        assertEquals(
                "length must be 1 or more, but is: 0",
                assertThrows(IllegalArgumentException.class, () -> memory(Precision.F32, false, 0))
                        .getMessage());
    }

    private static Memory memory(Precision precision, boolean recompute, int length) {
        return Memory.of(SIZES, compute(precision, recompute), LORA, 8, length);
    }

    private static Compute compute(Precision precision, boolean recompute) {
        Precision products = precision == Precision.NF4 ? Precision.BF16 : precision;
        return new Compute("cpu", precision, 1, recompute, products);
    }

    private static Memory.Trained trained(int rank, long numbers, boolean learned) {
        return new Memory.Trained(Collections.nCopies(SIZES.layers(), rank), numbers, learned);
    }
}
