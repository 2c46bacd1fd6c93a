package dev.distillery.trainer.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibTorchTest {
    /** 128 TiB as float32: all that a process can address. */
    private static final long TOO_MANY = 1L << 45;

    @Test
    void memoryThatTheCpuDoesNotGiveIsToldByItsLine() {
        try (LibTorch torch = LibTorch.start(1, false)) {
            Throwable direct = catchThrowable(
                    () -> torch.manager().zeros(new Shape(TOO_MANY)).close());
            assertThat(LibTorch.outOfMemory(direct)).hasValueSatisfying(LibTorchTest::saysHowMuch);
        }
    }

    /** As in a training step: the message begins with a stack trace of the script. */
    @Test
    void soIsMemoryForAScript() {
        Script script = new Script("enlarge", List.of("x: Tensor"), "Tensor");
        String method = script.returning(script.let("torch.zeros([" + TOO_MANY + "])") + " + x");
        try (LibTorch torch = LibTorch.start(1, false);
                TorchScriptModule module = TorchScriptModule.compile(torch.manager(), List.of(method))) {
            Throwable inScript =
                    catchThrowable(() -> module.apply("enlarge", torch.manager().create(1f)));
            assertThat(inScript.getMessage().lines().findFirst())
                    .hasValueSatisfying(line -> assertThat(line).doesNotContain("allocate"));
            assertThat(LibTorch.outOfMemory(inScript)).hasValueSatisfying(LibTorchTest::saysHowMuch);
        }
    }

    private static void saysHowMuch(String line) {
        assertThat(line).contains("allocate " + 4 * TOO_MANY + " bytes");
    }

    /** Texts that lie in the libraries of PyTorch and cuDNN 9; none of them has been seen here, without a GPU. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA out of memory. Tried to allocate 98.00 MiB. GPU 0 has a total capacity of 15.77 GiB of which 57.38"
                        + " MiB is free.",
                "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call.",
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
                "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
                "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript:\n"
                        + "RuntimeError: CUDA out of memory. Tried to allocate 98.00 MiB."
            })
    void memoryThatAGpuDoesNotGiveIsRecognised(String message) {
        assertThat(LibTorch.outOfMemory(new EngineException(message))).isPresent();
    }

    @Test
    void otherFailuresAreNot() {
        assertThat(LibTorch.outOfMemory(new EngineException("CUDA error: an illegal memory access was encountered")))
                .isEmpty();
        assertThat(LibTorch.outOfMemory(new EngineException("shape '[2]' is invalid for input of size 3")))
                .isEmpty();
        assertThat(LibTorch.outOfMemory(new IllegalStateException("CUDA out of memory")))
                .isEmpty();
    }
}
