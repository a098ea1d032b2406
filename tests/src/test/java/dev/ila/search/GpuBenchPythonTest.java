package dev.ila.search;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is to be measured on a GPU computes what PEFT computes, here on the CPU. */
@Tag("python")
class GpuBenchPythonTest {
    @Test
    void lossAndGradientsOfTheProgramDrivenFromPythonArePefts() throws Exception {
        Python.run("bench/gpu.py", "--check", "--device", "cpu");
    }
}
