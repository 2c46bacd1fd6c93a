package dev.distillery.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser: Chromium where the machine has it ({@code apt-get install chromium}). */
class PageIT {
    private static final List<Path> CHROMIUM = Stream.of(
                    "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .map(Path::of)
            .toList();

    @TempDir
    static Path folder;

    private static ServerUnderTest server;
    private static Playwright playwright;
    private static Browser browser;

    private final List<String> complaints = new ArrayList<>();
    private Page page;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> chromium = CHROMIUM.stream().filter(Files::isExecutable).findFirst();
        Assumptions.assumeTrue(
                chromium.isPresent(), "SKIPPED: the page was not tested, no Chromium here; apt-get install chromium");
        server = ServerUnderTest.start(folder, TestModels.pixels(folder));
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium.get())
                        // A container's root has no user namespaces; only our own page is opened.
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
    }

    @AfterAll
    static void stop() {
        if (playwright != null) {
            playwright.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void open() {
        page = browser.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(server.url() + "/");
    }

    @AfterEach
    void close() {
        page.close();
    }

    @Test
    void aChosenPictureShowsItsClasses() throws IOException {
        PlaywrightAssertions.assertThat(page.locator("#model")).hasText("tiny, version 7");
        page.getByLabel("Drop a PNG or JPEG here").setInputFiles(file("bag.png", png(8)));
        Locator rows = page.locator("#classes tbody tr");
        PlaywrightAssertions.assertThat(rows).hasCount(3);
        PlaywrightAssertions.assertThat(page.getByRole(AriaRole.STATUS)).containsText("bag.png: ");
        double sum = 0;
        for (Locator bar : page.locator("meter").all()) {
            sum += Double.parseDouble(bar.getAttribute("value"));
        }
        assertThat(sum).isCloseTo(1, within(1e-3));
        assertThat(rows.first().locator("th").innerText()).isIn("shirt", "ankle boot", "bag");
        PlaywrightAssertions.assertThat(page.locator("#picture")).isVisible();
        assertThat(complaints).isEmpty();
    }

    @Test
    void aDroppedPictureShowsItsClasses() throws IOException {
        page.evaluate(
                """
                base64 => {
                  const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
                  const data = new DataTransfer();
                  data.items.add(new File([bytes], 'boot.png', {type: 'image/png'}));
                  document.getElementById('drop').dispatchEvent(
                      new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
                }
                """,
                Base64.getEncoder().encodeToString(png(30)));
        PlaywrightAssertions.assertThat(page.locator("#classes tbody tr")).hasCount(3);
        PlaywrightAssertions.assertThat(page.locator("#status")).containsText("boot.png");
        assertThat(complaints).isEmpty();
    }

    @Test
    void whatIsNoPictureSaysSoAndTheNextOneWorks() throws IOException {
        page.getByLabel("Drop a PNG or JPEG here").setInputFiles(file("bad.png", new byte[] {1, 2, 3}));
        PlaywrightAssertions.assertThat(page.getByRole(AriaRole.ALERT)).containsText("no JPEG or PNG by its content");
        PlaywrightAssertions.assertThat(page.locator("#classes")).isHidden();
        page.getByLabel("Drop a PNG or JPEG here").setInputFiles(file("good.png", png(8)));
        PlaywrightAssertions.assertThat(page.locator("#classes tbody tr")).hasCount(3);
        PlaywrightAssertions.assertThat(page.getByRole(AriaRole.ALERT)).isHidden();
    }

    /** Everything is reached and named without a mouse and without eyes. */
    @Test
    void theKeyboardReachesTheFileAndAllIsNamed() {
        page.keyboard().press("Tab");
        assertThat(page.evaluate("document.activeElement.id")).isEqualTo("file");
        assertThat(page.evaluate("document.documentElement.lang")).isEqualTo("en");
        assertThat(page.evaluate("document.activeElement.labels.length")).isEqualTo(1);
    }

    private static FilePayload file(String name, byte[] content) {
        return new FilePayload(name, "image/png", content);
    }

    private static byte[] png(int side) throws IOException {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        image.setRGB(side / 2, side / 2, 0xffffff);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(image, "png", file);
        return file.toByteArray();
    }
}
