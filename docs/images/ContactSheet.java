import dev.distillery.trainer.augment.RandomResizedCrop;
import dev.distillery.image.CropView;
import dev.distillery.image.EvaluationView;
import dev.distillery.image.ImageDecoder;
import dev.distillery.image.ImageHeader;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * What training sees of photographs: a row each, first as evaluation sees it, then six epochs of random resized crops and
 * flips with the defaults. After {@code mvn -pl trainer-image -am package -DskipTests}:
 *
 * <pre>
 * java -cp "trainer-image/target/classes:trainer-image/target/lib/*" docs/images/ContactSheet.java \
 *   docs/images/augmentations.jpg PHOTOGRAPH...
 * </pre>
 */
public final class ContactSheet {
    private static final int SIZE = 112;
    private static final int EPOCHS = 6;
    private static final int GAP = 4;
    private static final long SEED = 1;

    public static void main(String[] arguments) throws Exception {
        List<String> files = Arrays.asList(arguments).subList(1, arguments.length);
        ImageDecoder decoder = ImageDecoder.ofThisMachine();
        RandomResizedCrop random = new RandomResizedCrop(SEED, 0.08, 1, 3.0 / 4, 4.0 / 3, true);
        EvaluationView evaluation = EvaluationView.of(SIZE);
        int width = (1 + EPOCHS) * (SIZE + GAP) + GAP;
        int height = files.size() * (SIZE + GAP) + GAP;
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        sheet.createGraphics().fillRect(0, 0, width, height);
        for (int row = 0; row < files.size(); row++) {
            byte[] file = Files.readAllBytes(Path.of(files.get(row)));
            ImageHeader header = ImageHeader.read(file);
            byte[] seen = new byte[evaluation.bytes()];
            evaluation.write(decoder, file, header, seen, 0);
            paste(seen, sheet, row, 0);
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                RandomResizedCrop.Draw draw = random.draw(epoch, row, header.uprightWidth(), header.uprightHeight());
                CropView.Crop crop =
                        new CropView.Crop(draw.left(), draw.top(), draw.width(), draw.height(), draw.mirrored());
                CropView.write(decoder.decode(file, header, 1), 1, crop, seen, 0, SIZE);
                paste(seen, sheet, row, 1 + epoch);
            }
        }
        if (!ImageIO.write(sheet, "jpeg", new File(arguments[0]))) {
            throw new IllegalStateException("no writer for JPEG");
        }
    }

    private static void paste(byte[] pixels, BufferedImage sheet, int row, int column) {
        for (int i = 0; i < SIZE * SIZE; i++) {
            int rgb = (pixels[3 * i] & 0xff) << 16 | (pixels[3 * i + 1] & 0xff) << 8 | pixels[3 * i + 2] & 0xff;
            sheet.setRGB(GAP + column * (SIZE + GAP) + i % SIZE, GAP + row * (SIZE + GAP) + i / SIZE, rgb);
        }
    }
}
