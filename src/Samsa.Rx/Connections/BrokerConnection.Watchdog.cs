namespace Samsa.Rx;

/// <content>The patience of a connection.</content>
sealed partial class BrokerConnection
{
    /// <summary>
    /// One timer for all requests of a connection. It is set to the end of the shortest patience it has heard of, and looks again then;
    /// so a request costs a comparison, not a timer.
    /// </summary>
    sealed class Watchdog : IAsyncDisposable
    {
        /// <summary>What an answer must grow in a second, in bytes, to be waited for although its time is over.</summary>
        const int LeastGrowth = 512;

        readonly BrokerConnection connection;
        readonly ITimer timer;
        readonly Lock gate = new();
        // All times are timestamps of the clock.
        long due = long.MaxValue, sendDue = long.MaxValue, lastSeen;
        long bytesBefore;
        int lastOfSend;
        bool whenQuiet;

        public Watchdog(BrokerConnection connection)
        {
            this.connection = connection;
            lastSeen = Clock.GetTimestamp();
            timer = Clock.CreateTimer(static dog => ((Watchdog)dog!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            WakeAt(lastSeen + Ticks(connection.options.IdleTimeout));
        }

        TimeProvider Clock => connection.Clock;

        /// <summary>A send has begun; the shortest patience of its requests ends then.</summary>
        public void Sending(long patience, Ask last)
        {
            Volatile.Write(ref lastSeen, Clock.GetTimestamp());
            Volatile.Write(ref lastOfSend, last.CorrelationId);
            Volatile.Write(ref sendDue, patience);
            WakeAt(patience);
        }

        public void Sent() => Volatile.Write(ref sendDue, long.MaxValue);

        /// <summary>An answer came.</summary>
        public void Saw(Ask answered)
        {
            Volatile.Write(ref lastSeen, Clock.GetTimestamp());
            Volatile.Write(ref bytesBefore, connection.incoming.BytesReceived);
            // The answer to the last request of a send is faster than our knowing that the send has ended.
            if (answered.CorrelationId == Volatile.Read(ref lastOfSend)) Sent();
            if (Volatile.Read(ref whenQuiet)) CloseIfQuiet();
        }

        public void CloseWhenQuiet()
        {
            Volatile.Write(ref whenQuiet, true);
            CloseIfQuiet();
        }

        public ValueTask DisposeAsync() => timer.DisposeAsync();

        void Look()
        {
            var now = Clock.GetTimestamp();
            lock (gate) due = long.MaxValue;

            var impatient = connection.waiting.MostImpatient;
            if (now >= Volatile.Read(ref sendDue))
                connection.Close(new("the broker took no more bytes for too long", IsTimeout: true));
            else if (impatient is not null && now >= impatient.Deadline && !Grows(impatient, now))
                connection.Close(new($"{impatient.Request.Api.Name} had no answer within {impatient.Patience}", IsTimeout: true));
            else if (impatient is not null)
                WakeAt(Math.Min(impatient.Deadline, Volatile.Read(ref sendDue)));
            else if (IdleEnd() is var end && now >= end && connection.IsQuiet)
                connection.Close(new($"nothing was asked for {connection.options.IdleTimeout}"));
            else
                WakeAt(Math.Max(end, now + Ticks(TimeSpan.FromMilliseconds(10))));
        }

        // Answers come in order, so what came since the last one belongs to the next. On a slow line a large one takes longer than any
        // patience, and asking for it again would not make it faster: as long as it grows everybody's patience begins anew.
        bool Grows(Ask impatient, long now)
        {
            var bytes = connection.incoming.BytesReceived;
            var grown = bytes - Volatile.Read(ref bytesBefore);
            if (grown < LeastGrowth * impatient.Patience.TotalSeconds) return false;
            Volatile.Write(ref bytesBefore, bytes);
            connection.waiting.PutOff(now + Ticks(impatient.Patience));
            return true;
        }

        void CloseIfQuiet()
        {
            if (connection.IsQuiet) connection.Close(new("it is not needed any more"));
        }

        long IdleEnd() => Volatile.Read(ref lastSeen) + Ticks(connection.options.IdleTimeout);

        void WakeAt(long time)
        {
            lock (gate)
            {
                if (time >= due) return;
                due = time;
                var wait = Clock.GetElapsedTime(Clock.GetTimestamp(), time);
                // A moment later than asked, so that the time is surely over when it looks.
                timer.Change(wait > TimeSpan.Zero ? wait + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }

        long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Clock.TimestampFrequency);
    }

    /// <summary>Whether everybody has an answer: all places are free.</summary>
    bool IsQuiet => places.CurrentCount == options.MaxRequestsWaiting;
}
