import com.sun.management.OperatingSystemMXBean;
import dev.distillery.recipe.Dataset;
import dev.distillery.trainer.data.Batch;
import dev.distillery.trainer.data.DataSet;
import dev.distillery.trainer.data.DataSets;
import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.data.TrainingBatches;
import dev.distillery.trainer.parallel.GlobalBatch;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;

/**
 * Our loader: whole epochs of random resized crops and flips, batches of 64, and the CPU time of the process for them. Prints
 * one line of JSON an epoch; the first two, in which the JIT compiles, are left out.
 */
public final class Loader {
    public static void main(String[] arguments) {
        String mode = arguments[0];
        Path root = Path.of(arguments[1]).toAbsolutePath();
        int epochs = Integer.parseInt(arguments[2]);
        Dataset.Augmentation augmentation =
                new Dataset.Augmentation(0, new Dataset.RandomResizedCrop(0.08, 1, 3.0 / 4, 4.0 / 3), true);
        Dataset recipe = new Dataset(
                Dataset.Format.IMAGE_FOLDER, split(root.resolve("train")), split(root.resolve("validation")), null, 224,
                0, augmentation);
        DataSet data = DataSets.load(recipe, new SourceLocation(Map.of()), 1);
        TrainingBatches batches =
                new TrainingBatches(data.train(), data.train().trainingView(augmentation, 1), GlobalBatch.alone(64), 1);
        OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        for (int epoch = -2; epoch < epochs; epoch++) {
            long cpu = process.getProcessCpuTime();
            int images = 0;
            try (TrainingBatches.Epoch pass = batches.epoch(epoch + 2, 0)) {
                for (Batch batch = pass.next(); batch != null; batch = pass.next()) {
                    images += batch.size();
                    batch.release();
                }
            }
            double seconds = (process.getProcessCpuTime() - cpu) / 1e9;
            if (epoch >= 0) {
                System.out.printf("{\"loader\":\"%s\",\"images\":%d,\"cpuSeconds\":%.3f}%n", mode, images, seconds);
            }
        }
    }

    private static Dataset.Split split(Path folder) {
        return Dataset.Split.ofFolder(new Dataset.Source(folder.toUri().toString(), null));
    }
}
