"""The containers and codecs we read: what studios and phones make, not all that FFmpeg knows.

FFmpeg reads some 400 formats, among them play lists that open other files and codecs of games long
gone; each is code that a hostile file could reach. Names are FFmpeg's.
"""

FORMATS = (
    "mov,matroska,mpeg,mpegts,avi,asf,flv,mxf,mxf_opatom,gxf,ogg,ivf,obu,dv,nut,"
    "wav,w64,aiff,caf,au,flac,mp3,aac,ac3,eac3,dts,dtshd,truehd,mlp,amr,tta,wv,ape,"
    "h264,hevc,mpegvideo,m4v,yuv4mpegpipe"
)

_VIDEO = (
    "h264 hevc vvc av1 libdav1d vp8 vp9 vp6 vp6f libvpx libvpx-vp9 mpeg1video mpeg2video "
    "mpeg4 h261 h263 h263p flv msmpeg4 msmpeg4v1 msmpeg4v2 wmv1 wmv2 wmv3 vc1 theora svq1 "
    "svq3 cinepak rv40 prores prores_raw dnxhd cfhd ffv1 ffvhuff huffyuv utvideo magicyuv "
    "mjpeg mjpegb jpeg2000 dvvideo rawvideo v210 v308 v408 v410 r210 r10k y41p yuv4 qtrle png "
    "hap speedhq apv"
)
_AUDIO = (
    "aac aac_latm ac3 eac3 dca truehd mlp mp1 mp1float mp2 mp2float mp3 mp3float opus libopus "
    "vorbis flac alac ape tta wavpack speex gsm gsm_ms amrnb amrwb libopencore_amrnb "
    "libopencore_amrwb wmav1 wmav2 wmapro wmalossless wmavoice nellymoser g722 g726 cook qdm2 "
    "qcelp evrc ilbc s302m dvaudio adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_swf adpcm_yamaha "
    "dsd_lsbf dsd_msbf dsd_lsbf_planar dsd_msbf_planar"
)
_NAMES = frozenset(_VIDEO.split()) | frozenset(_AUDIO.split())

ENCRYPTED_TAGS = frozenset({"encv", "enca", "encs", "drms", "drmi", "drmt", "drmv"})
"""MP4 sample entries of protected tracks (ISO/IEC 23001-7; FairPlay)."""


def codec(name: str) -> bool:
    """Whether a decoder of this name may run."""
    return name in _NAMES or name.startswith("pcm_")
