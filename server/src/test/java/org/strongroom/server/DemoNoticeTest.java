package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dimse.AeTitle;

class DemoNoticeTest {
    @TempDir
    Path folder = Path.of("");

    private DemoFile file() {
        return new DemoFile(new AeTitle("STRONGROOM"), new AeTitle("DEMO"), "127.0.0.1", 104, folder, folder, folder);
    }

    @Test
    void is_there_until_it_is_removed() throws Exception {
        Path place = folder.resolve("demo.json");
        DemoNotice notice = new DemoNotice(place);
        notice.post(file());
        assertThat(DemoFile.read(place)).isEqualTo(file());
        notice.remove();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void is_not_written_by_a_demo_that_was_told_to_end_before() throws Exception {
        DemoNotice notice = new DemoNotice(folder.resolve("demo.json"));
        notice.remove();
        notice.post(file());
        assertThat(folder).isEmptyDirectory();
    }
}
