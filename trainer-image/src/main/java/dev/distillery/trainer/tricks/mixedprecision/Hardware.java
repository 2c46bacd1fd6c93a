package dev.distillery.trainer.tricks.mixedprecision;

import ai.djl.util.cuda.CudaUtils;
import dev.distillery.trainer.precision.ComputeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Which compute type a device is fastest in without loss. */
public record Hardware(ComputeType best) {
    /** Instruction sets that multiply BF16; without them it is emulated and slower than FP32. */
    private static final String[] BF16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"};

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** @param gpu whether the first CUDA device computes, not the CPU */
    public static Hardware detect(boolean gpu) {
        return gpu ? ofCuda(CudaUtils.getComputeCapability(0)) : ofCpu(CPU_INFO);
    }

    /** @param capability e.g. {@code 80} for Ampere, the first with BF16 */
    static Hardware ofCuda(String capability) {
        return new Hardware(Integer.parseInt(capability) >= 80 ? ComputeType.BF16 : ComputeType.FP16);
    }

    /** @param cpuInfo in the form of {@code /proc/cpuinfo} */
    static Hardware ofCpu(Path cpuInfo) {
        try (var lines = Files.lines(cpuInfo)) {
            boolean bf16 = lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .limit(1)
                    .flatMap(line -> Arrays.stream(line.split("\\s+")))
                    .anyMatch(flag -> Arrays.asList(BF16_FLAGS).contains(flag));
            return new Hardware(bf16 ? ComputeType.BF16 : ComputeType.FP32);
        } catch (IOException e) {
            return new Hardware(ComputeType.FP32);
        }
    }
}
