package dev.distillery.trainer.torchscript;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.util.List;
import java.util.Optional;

/** libtorch in this process: its threads, its allocator and the device that it computes on. */
public final class LibTorch implements AutoCloseable {
    /** c10's allocators of the CPU and of CUDA; the CUDA runtime; the libraries that allocate beside them. */
    private static final List<String> OUT_OF_MEMORY = List.of(
            "not enough memory",
            "can't allocate memory",
            "CUDA out of memory",
            "CUDA error: out of memory",
            "CUBLAS_STATUS_ALLOC_FAILED",
            "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED");

    private final PtNDManager manager;

    private LibTorch(PtNDManager manager) {
        this.manager = manager;
    }

    /**
     * Loads libtorch. Threads and allocator are the process's and are set once, before the first tensor.
     *
     * @param threads compute threads; results are the same for the same number
     * @param gpu whether to compute on the first CUDA device
     * @throws TrainerException INVALID_RECIPE if a GPU is asked for and libtorch sees none
     */
    public static LibTorch start(int threads, boolean gpu) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        Engine engine = Engine.getEngine("PyTorch");
        if (gpu) {
            requireGpu(engine);
        }
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setNumThreads(threads);
        return new LibTorch((PtNDManager) NDManager.newBaseManager(gpu ? Device.gpu() : Device.cpu(), "PyTorch"));
    }

    private static void requireGpu(Engine engine) {
        boolean cuda = engine.hasCapability(StandardCapabilities.CUDA);
        if (!cuda || engine.getGpuCount() == 0) {
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    "spec.compute.gpus: got 1, found libtorch " + engine.getVersion()
                            + (cuda ? " for CUDA and no device that it sees" : ", which is built without CUDA")
                            + ", expected a CUDA device; take a trainer image with CUDA and a node with a GPU and its"
                            + " driver (docs/scheduling.md), or set gpus: 0 to train on the CPU");
        }
    }

    /** @return the line in which libtorch says that it got no memory, on the CPU or on a GPU; empty for another failure */
    public static Optional<String> outOfMemory(Throwable failure) {
        return failure instanceof EngineException
                ? String.valueOf(failure.getMessage())
                        .lines()
                        .filter(line -> OUT_OF_MEMORY.stream().anyMatch(line::contains))
                        .findFirst()
                : Optional.empty();
    }

    public PtNDManager manager() {
        return manager;
    }

    @Override
    public void close() {
        manager.close();
    }
}
