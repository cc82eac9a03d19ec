using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

/// <summary>What a user writes: connect strings, paths, options.</summary>
public sealed class TextTests
{
    [TestCase("zk1:2181,zk2:2182/a/b", "zk1:2181 zk2:2182", "/a/b")]
    [TestCase("zk1", "zk1:2181", "")]
    [TestCase(" zk1 , zk2:1 , zk1:2181 /", "zk1:2181 zk2:1", "")]
    [TestCase("zk1/ ", "zk1:2181", "")]
    [TestCase("zk1/a ", "zk1:2181", "/a")]
    [TestCase("[::1]:9,[::2]/x", "[::1]:9 [::2]:2181", "/x")]
    public void A_connect_string_is_read(string text, string servers, string chroot)
    {
        var read = ConnectString.Parse(text);
        Assert.That((string.Join(' ', read.Servers), read.Chroot), Is.EqualTo((servers, chroot)));
    }

    [TestCase("", "There are 0 servers")]
    [TestCase("/chroot", "There are 0 servers")]
    [TestCase("zk:0", "the port is a number")]
    [TestCase("zk:x", "the port is a number")]
    [TestCase("::1:2181", "stands in brackets")]
    [TestCase("[zk]:1", "stands in brackets")]
    [TestCase("z k:1", "no such host name")]
    [TestCase("zk/a/", "must not end with a slash")]
    [TestCase("zk/a//b", "an empty part")]
    public void A_wrong_connect_string_is_refused_and_says_why(string text, string why) =>
        Assert.That(() => new ZooKeeperClient(text), Throws.TypeOf<FormatException>().With.Message.Contains(why));

    [TestCase("")]
    [TestCase("a")]
    [TestCase("/a/")]
    [TestCase("//")]
    [TestCase("/a/../b")]
    [TestCase("/./b")]
    [TestCase("/a\u0001")]
    [TestCase("/\ud800")]
    public void A_path_that_cannot_be_is_refused(string path) => Assert.That(() => Paths.Checked(path), Throws.ArgumentException);

    [TestCase("/")]
    [TestCase("/a/b.c/..d")]
    [TestCase("/ä ö/日本")]
    public void A_path_that_can_be_is_taken(string path) => Assert.That(Paths.Checked(path), Is.EqualTo(path));

    [Test]
    public void An_option_that_cannot_be_is_refused_by_name() =>
        Assert.That(() => new ZooKeeperOptions { MaxWatchReads = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("MaxWatchReads is 0"));

    [Test]
    public async Task Nobody_there_is_told_in_time_with_what_was_tried()
    {
        var options = new ZooKeeperOptions { ConnectTimeout = TimeSpan.FromMilliseconds(300), MaxBackoff = TimeSpan.FromMilliseconds(20) };
        var error = await Assert.ThrowsAsync<ZooKeeperException>(() => ZooKeeperClient.ConnectAsync("127.0.0.1:1", options));
        Assert.Multiple(() =>
        {
            Assert.That(error!.Error, Is.EqualTo(ZooKeeperError.ConnectionLoss));
            Assert.That(error.IsOutcomeUnknown, Is.False);
            Assert.That(error.Message, Does.Contain("127.0.0.1:1").And.Contain("refused"));
        });
    }
}
