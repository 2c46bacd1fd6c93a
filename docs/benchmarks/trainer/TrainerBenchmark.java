import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import dev.distillery.recipe.Dataset;
import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.augment.Augmentation;
import dev.distillery.trainer.checkpoint.SafeTensors;
import dev.distillery.trainer.data.Batch;
import dev.distillery.trainer.data.DataSets;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.data.LabelledImages;
import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.data.TrainingBatches;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.ResidualNetworks;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.parallel.GlobalBatch;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.torchscript.LibTorch;
import dev.distillery.trainer.torchscript.TrainingNetwork;
import dev.distillery.trainer.tricks.labelsmoothing.LabelSmoothing;
import dev.distillery.trainer.tricks.modeltweaks.ModelTweaks;
import dev.distillery.trainer.tricks.nobiasdecay.NoBiasDecay;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * The trainer's side of the benchmark: the product's own classes, started by {@code trainer-image/bin/trainer}.
 *
 * <pre>
 * prepare FAMILY DEPTH SIZE CLASSES IMAGES FOLDER        writes weights.safetensors, images.bin and labels.bin
 * train FAMILY DEPTH SIZE CLASSES BATCH PRECISION THREADS INPUT FOLDER
 *     obeys "losses N" and "block N" on standard input; reference.py says what they mean
 * resolve RECIPE FILE                                    writes what the operator would give to the trainer
 * </pre>
 *
 * INPUT is {@code resident} (ready batches), {@code augmented} (shuffle, crop by 4 and flip by TrainingBatches) or a folder of
 * photographs (random resized crop and flip by TrainingBatches).
 */
public final class TrainerBenchmark {
    private static final double RATE = 0.01;
    private static final Sgd OPTIMIZER = new Sgd(0.9, true, 5e-4);
    private static final Normalization NORMALIZATION =
            new Normalization(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.25f, 0.25f, 0.25f});
    private static final int CROP = 4;

    private TrainerBenchmark() {}

    /** A step on the next batch. */
    private interface Step {
        float run();
    }

    public static void main(String[] args) {
        try {
            run(args);
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    private static void run(String[] args) {
        try {
            switch (args[0]) {
                case "prepare" -> prepare(network(args), Integer.parseInt(args[5]), Path.of(args[6]));
                case "train" -> train(network(args), args);
                case "resolve" -> resolve(Path.of(args[1]), Path.of(args[2]));
                default -> throw new IllegalArgumentException(args[0]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Network network(String[] args) {
        Model model = new Model(
                ModelFamily.valueOf(args[1].toUpperCase(Locale.ROOT).replace('-', '_')), Integer.parseInt(args[2]));
        int size = Integer.parseInt(args[3]);
        ModelTweaks tweaks = new ModelTweaks(Tricks.ModelTweaks.Variant.D, true);
        return ResidualNetworks.build(model, tweaks, 3, size, size, Integer.parseInt(args[4]));
    }

    private static void prepare(Network network, int count, Path folder) throws IOException {
        Weights weights = Weights.initial(network, new SplittableRandom(1));
        try (OutputStream file = Files.newOutputStream(folder.resolve("weights.safetensors"))) {
            new SafeTensors(weights.values(), Map.of()).write(file);
        }
        Random random = new Random(2);
        byte[] images = new byte[count * network.height() * network.width() * network.channels()];
        random.nextBytes(images);
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) random.nextInt(Math.min(network.classes(), 256));
        }
        Files.write(folder.resolve("images.bin"), images);
        Files.write(folder.resolve("labels.bin"), labels);
    }

    private static void train(Network network, String[] args) throws IOException {
        int batch = Integer.parseInt(args[5]);
        ComputeType type = ComputeType.valueOf(args[6].toUpperCase(Locale.ROOT));
        Path folder = Path.of(args[9]);
        TrainingNetwork.Setup setup = new TrainingNetwork.Setup(
                network,
                NORMALIZATION,
                new CrossEntropy(new LabelSmoothing(0.1)),
                OPTIMIZER,
                new NoBiasDecay(),
                new Precision(type, LossScale.NONE),
                null);
        Weights weights =
                new Weights(SafeTensors.read(folder.resolve("weights.safetensors")).values());
        try (LibTorch torch = LibTorch.start(Integer.parseInt(args[7]), false);
                TrainingNetwork training = new TrainingNetwork(torch, setup, TrainingValues.initial(network, weights, false))) {
            obey(
                    switch (args[8]) {
                        case "resident" -> resident(training, images(network, folder), batch);
                        case "augmented" -> fed(training, augmented(images(network, folder), batch), batch);
                        default -> fed(training, photographs(Path.of(args[8]), network.height(), batch), batch);
                    });
        }
    }

    private static LabelledImages images(Network network, Path folder) throws IOException {
        byte[] labels = Files.readAllBytes(folder.resolve("labels.bin"));
        int[] wide = new int[labels.length];
        Arrays.setAll(wide, i -> labels[i] & 0xff);
        byte[] pixels = Files.readAllBytes(folder.resolve("images.bin"));
        return new LabelledImages(network.height(), network.width(), network.channels(), pixels, wide);
    }

    private static Step resident(TrainingNetwork training, LabelledImages images, int batch) {
        int batches = images.count() / batch;
        ByteBuffer[] pixels = new ByteBuffer[batches];
        ByteBuffer[] labels = new ByteBuffer[batches];
        for (int i = 0; i < batches; i++) {
            int bytes = batch * images.imageBytes();
            pixels[i] = ByteBuffer.allocateDirect(bytes).put(images.pixels(), i * bytes, bytes).flip();
            labels[i] = ByteBuffer.allocateDirect(batch * Long.BYTES).order(ByteOrder.nativeOrder());
            for (int j = 0; j < batch; j++) {
                labels[i].putLong(j * Long.BYTES, images.label(i * batch + j));
            }
        }
        int[] turn = {-1};
        return () -> {
            turn[0] = (turn[0] + 1) % batches;
            return training.step(pixels[turn[0]], labels[turn[0]], batch, null, RATE)
                    .loss();
        };
    }

    private static TrainingBatches augmented(LabelledImages images, int batch) {
        Augmentation augmentation =
                new Augmentation(1, CROP, true, images.height(), images.width(), images.channels());
        return new TrainingBatches(images, augmentation, GlobalBatch.alone(batch), 1);
    }

    private static TrainingBatches photographs(Path root, int size, int batch) {
        Dataset.Augmentation augmentation =
                new Dataset.Augmentation(0, new Dataset.RandomResizedCrop(0.08, 1, 3.0 / 4, 4.0 / 3), true);
        Dataset recipe = new Dataset(
                Dataset.Format.IMAGE_FOLDER, split(root.resolve("train")), split(root.resolve("validation")), null, size,
                0, augmentation);
        ImageSet images = DataSets.load(recipe, new SourceLocation(Map.of()), 1).train();
        return new TrainingBatches(images, images.trainingView(augmentation, 1), GlobalBatch.alone(batch), 1);
    }

    private static Dataset.Split split(Path folder) {
        return Dataset.Split.ofFolder(new Dataset.Source(folder.toUri().toString(), null));
    }

    private static Step fed(TrainingNetwork training, TrainingBatches batches, int batch) {
        return new Step() {
            private int epoch;
            private TrainingBatches.Epoch pass = batches.epoch(epoch, 0);

            @Override
            public float run() {
                Batch next = pass.next();
                if (next == null) {
                    pass.close();
                    pass = batches.epoch(++epoch, 0);
                    next = pass.next();
                }
                float loss = training.step(next.images(), next.labels(), batch, null, RATE).loss();
                next.release();
                return loss;
            }
        };
    }

    private static void obey(Step step) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            int count = Integer.parseInt(words[1]);
            float[] losses = new float[count];
            long start = System.nanoTime();
            long used = cpuNanos();
            for (int i = 0; i < count; i++) {
                losses[i] = step.run();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            double cpuSeconds = (cpuNanos() - used) / 1e9;
            int from = words[0].equals("losses") ? 0 : count - 1;
            System.out.printf(
                    Locale.ROOT,
                    "{\"command\": \"%s\", \"seconds\": %.6f, \"cpuSeconds\": %.6f, \"losses\": %s, \"peakRssMiB\": %d}%n",
                    words[0],
                    seconds,
                    cpuSeconds,
                    Arrays.toString(Arrays.copyOfRange(losses, from, count)),
                    peakRssMiB());
        }
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long peakRssMiB() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("VmHWM"))
                .collect(Collectors.joining());
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    }

    private static void resolve(Path recipe, Path file) throws IOException {
        // The paths of the example are relative to it; the command line would resolve them.
        String folder = "file://" + recipe.toAbsolutePath().normalize().getParent() + "/";
        String text = Files.readString(recipe).replaceAll("uri: (?!\\w+:|\")", "uri: " + folder);
        RecipeDocument document = RecipeDocument.parse(text);
        new ObjectMapper().writeValue(file.toFile(), RecipeResolver.resolve("default", "benchmark", document.spec()));
    }
}
