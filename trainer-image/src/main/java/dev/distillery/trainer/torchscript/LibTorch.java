package dev.distillery.trainer.torchscript;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;

/** libtorch in this process: its threads, its allocator and the device that it computes on. */
public final class LibTorch implements AutoCloseable {
    /** c10's CPU and CUDA allocators. */
    private static final List<String> OUT_OF_MEMORY =
            List.of("not enough memory", "can't allocate memory", "CUDA out of memory");

    private final PtNDManager manager;

    private LibTorch(PtNDManager manager) {
        this.manager = manager;
    }

    /**
     * Loads libtorch. Threads and allocator are the process's and are set once, before the first tensor.
     *
     * @param threads compute threads; results are the same for the same number
     * @param gpu whether to compute on the first CUDA device
     * @throws IllegalStateException if a GPU is asked for and libtorch sees none
     */
    public static LibTorch start(int threads, boolean gpu) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        Engine engine = Engine.getEngine("PyTorch");
        if (gpu && engine.getGpuCount() == 0) {
            throw new IllegalStateException("spec.compute.gpus: got 1, but libtorch " + engine.getVersion()
                    + " sees no CUDA device; check the node's driver and that the trainer image is the CUDA variant");
        }
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setNumThreads(threads);
        return new LibTorch((PtNDManager) NDManager.newBaseManager(gpu ? Device.gpu() : Device.cpu(), "PyTorch"));
    }

    /** @return whether this is libtorch's word for memory that it did not get, on the CPU or on a GPU */
    public static boolean isOutOfMemory(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof EngineException && OUT_OF_MEMORY.stream().anyMatch(message::contains);
    }

    public PtNDManager manager() {
        return manager;
    }

    @Override
    public void close() {
        manager.close();
    }
}
