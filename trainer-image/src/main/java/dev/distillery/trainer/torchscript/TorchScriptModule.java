package dev.distillery.trainer.torchscript;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Methods written as TorchScript, compiled by libtorch. */
public final class TorchScriptModule implements AutoCloseable {
    private final PtSymbolBlock block;

    private TorchScriptModule(PtSymbolBlock block) {
        this.block = block;
    }

    /** @param methods each as {@link Script#returning} gives it */
    public static TorchScriptModule compile(PtNDManager manager, List<String> methods) {
        byte[] archive = TorchScriptArchive.of(String.join("", methods));
        try {
            return new TorchScriptModule(JniUtils.loadModule(manager, new ByteArrayInputStream(archive), true, false));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a method without recording gradients.
     *
     * @param manager owns the results
     * @return one array, or those of a list
     */
    NDList call(PtNDManager manager, String method, IValue... arguments) {
        try (IValue result = IValueUtils.runMethod(block, method, arguments)) {
            return result.toNDList(manager);
        }
    }

    /** Runs a method of one tensor. */
    PtNDArray apply(String method, NDArray argument) {
        try (IValue value = IValue.from((PtNDArray) argument)) {
            return (PtNDArray)
                    call((PtNDManager) argument.getManager(), method, value).singletonOrThrow();
        }
    }

    /** Runs a method and records gradients; for comparison with the written backward pass. Lists are named {@code x[]}. */
    NDArray record(String method, NDList arguments) {
        NDArray name = arguments.head().getManager().create(0);
        name.setName("module_method:" + method);
        arguments.add(name);
        return IValueUtils.forward(block, arguments, true).singletonOrThrow();
    }

    @Override
    public void close() {
        block.close();
    }
}
